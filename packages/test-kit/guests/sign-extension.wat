;; Uses an opcode that came after the MVP.
(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "validate_block") (param i32 i32) (result i64)
    (drop (i32.extend8_s (local.get 0)))
    (i64.const 0xc00000000)))
