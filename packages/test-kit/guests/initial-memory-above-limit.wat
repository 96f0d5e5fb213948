;; Asks for one page more than the default limit of 2080.
(module
  (memory (export "memory") 2081)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "validate_block") (param i32 i32) (result i64)
    (i64.const 0xc00000000)))
