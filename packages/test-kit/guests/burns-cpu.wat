;; For an empty parent head and a block of 8 bytes (a little-endian u64): that many rounds of a loop, then a valid answer
;; whose watermark depends on all of them.
(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "validate_block") (param $at i32) (param $length i32) (result i64)
    (local $rounds i64) (local $x i64)
    (local.set $rounds (i64.load align=1 (i32.add (local.get $at) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i64.eqz (local.get $rounds)))
        (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 6364136223846793005)) (local.get $rounds)))
        (local.set $rounds (i64.sub (local.get $rounds) (i64.const 1)))
        (br $next)))
    (i32.store (i32.const 8) (i32.wrap_i64 (local.get $x)))
    (i64.const 0xc00000000)))
