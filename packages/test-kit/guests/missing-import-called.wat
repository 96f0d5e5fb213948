;; Calls a function that no host has.
(module
  (import "env" "ext_no_such_function" (func $missing))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "validate_block") (param i32 i32) (result i64)
    (call $missing)
    (i64.const 0xc00000000)))
