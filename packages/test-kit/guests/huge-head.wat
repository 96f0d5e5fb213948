;; A valid result whose head data has 64 MiB.
(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "validate_block") (param i32 i32) (result i64)
    (drop (memory.grow (i32.const 1100)))
    ;; SCALE compact of 0x4000000 bytes in its four-byte form
    (i32.store (i32.const 0) (i32.const 0x10000002))
    ;; prefix, head, no new code, no messages, two u32
    (i64.const 0x400000f00000000)))
