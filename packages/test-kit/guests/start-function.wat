;; Its start function writes the watermark of the answer: 7.
(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func $start (i32.store (i32.const 8) (i32.const 7)))
  (start $start)
  (func (export "validate_block") (param i32 i32) (result i64)
    (i64.const 0xc00000000)))
