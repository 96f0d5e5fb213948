;; A result of four bytes, none of which can begin a ValidationResult.
(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (data (i32.const 0) "\ff\ff\ff\ff")
  (func (export "validate_block") (param i32 i32) (result i64)
    (i64.const 0x400000000)))
