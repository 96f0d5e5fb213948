;; Grows its memory page by page until refused, then answers validly: the watermark is the number of pages it got to.
(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "validate_block") (param i32 i32) (result i64)
    (loop $more
      (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (i32.store (i32.const 8) (memory.size))
    (i64.const 0xc00000000)))
