;; Logs a message of 60 KiB at error level for ever.
(module
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 65528))
  (data (i32.const 0) "flood")
  (func (export "validate_block") (param i32 i32) (result i64)
    (loop $more
      (call $log (i32.const 1) (i64.const 0x500000000) (i64.const 0xf00000000000))
      (br $more))
    (unreachable)))
