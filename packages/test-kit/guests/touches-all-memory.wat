;; Grows its memory as far as it goes and writes to every page, then answers validly with the number of pages as watermark.
(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "validate_block") (param i32 i32) (result i64)
    (local $at i32) (local $end i32)
    (loop $more
      (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (local.set $end (i32.mul (memory.size) (i32.const 65536)))
    (local.set $at (i32.const 4096))
    (loop $page
      (i32.store (local.get $at) (i32.const 1))
      (br_if $page (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4096))) (local.get $end))))
    (i32.store (i32.const 8) (memory.size))
    (i64.const 0xc00000000)))
