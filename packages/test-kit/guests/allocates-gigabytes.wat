;; Asks the host's allocator for 16 MiB again and again, until it refuses.
(module
  (import "env" "ext_allocator_malloc_version_1" (func $malloc (param i32) (result i32)))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "validate_block") (param i32 i32) (result i64)
    (loop $more
      (drop (call $malloc (i32.const 16777216)))
      (br $more))
    (unreachable)))
