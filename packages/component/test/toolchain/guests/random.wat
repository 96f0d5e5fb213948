;; Asks for a random number if the block begins with a byte that is not zero.
(module
  (import "random" "get-random-u64" (func $random (result i64)))
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 4096))
  (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
    (global.set $next (i32.add (global.get $next) (local.get $size)))
    (i32.sub (global.get $next) (local.get $size)))
  (func (export "validate-block") (param i32 i32) (param $b i32) (param $n i32) (param i32 i32 i32) (result i32)
    (if (local.get $n) (then (if (i32.load8_u (local.get $b)) (then (drop (call $random))))))
    (i32.const 1024)))
