;; Two functions call each other through a table: the stack limit must count indirect calls too.
(module
  (type $step (func (param i32) (result i64)))
  (table 2 funcref)
  (elem (i32.const 0) $even $odd)
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func $even (param $n i32) (result i64)
    (i64.add (call_indirect (type $step) (local.get $n) (i32.const 1)) (i64.const 1)))
  (func $odd (param $n i32) (result i64)
    (i64.add (call_indirect (type $step) (local.get $n) (i32.const 0)) (i64.const 1)))
  (func (export "validate_block") (param i32 i32) (result i64)
    (call $even (i32.const 0))))
