;; Marks its memory and grows while it calls the host: a guest that takes everything up to memory.size, as some allocators
;; do. The block's first four bytes say how many rounds; each hashes the block's first kilobyte, takes what memory there
;; is, marks it, grows, and at the end every mark must still be there, and the block as it was.
(module
  (import "pvf:parachain/hashing@1.0.0" "keccak256" (func $keccak (param i32 i32 i32)))
  (import "pvf:parachain/hashing@1.0.0" "blake2-b256" (func $blake (param i32 i32 i32)))
  (memory (export "memory") 2)
  (global $next (mut i32) (i32.const 0x8000))
  (global $marked (mut i32) (i32.const 0))
  (global $first (mut i32) (i32.const 0))
  ;; grows as long as there is not enough
  (func $alloc (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
    (global.set $next (i32.add (local.get $at) (local.get $size)))
    (loop $more
      (if (i32.gt_u (global.get $next) (i32.shl (memory.size) (i32.const 16)))
        (then (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (unreachable))) (br $more))))
    (local.get $at))
  ;; one mark a kilobyte from $from to memory's end
  (func $mark (param $from i32)
    (loop $more
      (if (i32.lt_u (local.get $from) (i32.shl (memory.size) (i32.const 16)))
        (then
          (i32.store (local.get $from) (i32.xor (local.get $from) (i32.const 0x5a5a5a5a)))
          (local.set $from (i32.add (local.get $from) (i32.const 1024)))
          (br $more)))))
  (func $check (param $from i32)
    (loop $more
      (if (i32.lt_u (local.get $from) (i32.shl (memory.size) (i32.const 16)))
        (then
          (if (i32.ne (i32.load (local.get $from)) (i32.xor (local.get $from) (i32.const 0x5a5a5a5a))) (then (unreachable)))
          (local.set $from (i32.add (local.get $from) (i32.const 1024)))
          (br $more)))))
  (func (export "validate-block") (param i32 i32) (param $b i32) (param $n i32) (param i32 i32 i32) (result i32)
    (local $rounds i32) (local $i i32) (local $top i32)
    (local.set $rounds (i32.load (local.get $b)))
    (call $blake (local.get $b) (local.get $n) (i32.const 2048))
    ;; room for what the host calls return, then everything else is marked
    (local.set $top (call $alloc (i32.const 0) (i32.const 0) (i32.const 16) (i32.const 0x20000)))
    (global.set $first (i32.and (i32.add (global.get $next) (i32.const 1023)) (i32.const -1024)))
    (global.set $next (local.get $top))
    (call $mark (global.get $first))
    (loop $round
      ;; the answers go to the room: 48 bytes each
      (call $keccak (local.get $b) (i32.const 1024) (i32.const 1536))
      (if (i32.eqz (i32.and (local.get $i) (i32.const 7)))
        (then
          (local.set $top (i32.shl (memory.size) (i32.const 16)))
          (drop (memory.grow (i32.const 5)))
          (call $mark (local.get $top))))
      (br_if $round (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $rounds))))
    (call $check (global.get $first))
    (call $blake (local.get $b) (local.get $n) (i32.const 2056))
    ;; head: size of memory in pages, then both hashes
    (i32.store (i32.const 4096) (memory.size))
    (memory.copy (i32.const 4100) (i32.load (i32.const 2048)) (i32.const 32))
    (memory.copy (i32.const 4132) (i32.load (i32.const 2056)) (i32.const 32))
    (i32.store (i32.const 1028) (i32.const 4096))
    (i32.store (i32.const 1032) (i32.const 68))
    (i32.const 1024)))
