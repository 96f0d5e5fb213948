;; Frees the same allocation twice.
(module
  (import "env" "ext_allocator_malloc_version_1" (func $malloc (param i32) (result i32)))
  (import "env" "ext_allocator_free_version_1" (func $free (param i32)))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "validate_block") (param i32 i32) (result i64)
    (local $at i32)
    (local.set $at (call $malloc (i32.const 64)))
    (call $free (local.get $at))
    (call $free (local.get $at))
    (i64.const 0xc00000000)))
