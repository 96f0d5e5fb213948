;; Has no `__heap_base`.
(module
  (memory (export "memory") 1)
  (func (export "validate_block") (param i32 i32) (result i64)
    (i64.const 0xc00000000)))
