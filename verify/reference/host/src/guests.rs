//! PVFs named by what they do. Each has a memory, a heap base and `validate_block`.

fn guest(body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (memory (export "memory") 17)
            (global (export "__heap_base") i32 (i32.const 4096))
            (func (export "validate_block") (param i32 i32) (result i64) {body}))"#
    );
    wat::parse_str(text).expect("the text is ours")
}

/// Answers an empty head and, as `processed_downward_messages`, the length of its parameters.
pub fn counts_its_input() -> Vec<u8> {
    guest("(i32.store (i32.const 4) (local.get 1)) (i64.const 0xc00000000)")
}

pub fn rejects() -> Vec<u8> {
    guest("unreachable")
}

pub fn never_ends() -> Vec<u8> {
    guest("(loop $again (br $again)) unreachable")
}

/// Valid, but takes long and much memory to compile.
pub fn takes_long_to_compile() -> Vec<u8> {
    let mut functions = String::new();
    for index in 0..3000 {
        functions.push_str("(func (param i64) (result i64) (local i64)");
        for step in 0..120 {
            functions.push_str(&format!(
                "(local.set 1 (i64.add (i64.rotl (local.get 1) (local.get 0)) (i64.const {})))",
                index * 1000 + step
            ));
            if step % 10 == 0 {
                functions.push_str("(if (i64.eqz (local.get 1)) (then (return (local.get 0))))");
            }
        }
        functions.push_str("(local.get 1))");
    }
    let text = format!(
        r#"(module
            (memory (export "memory") 17)
            (global (export "__heap_base") i32 (i32.const 4096))
            {functions}
            (func (export "validate_block") (param i32 i32) (result i64) unreachable))"#
    );
    wat::parse_str(text).expect("the text is ours")
}

/// Valid module with sign extension, which the reference does not allow.
pub fn uses_sign_extension() -> Vec<u8> {
    guest("(drop (i32.extend8_s (local.get 0))) unreachable")
}

/// Imports what no host has: it can be prepared, but not constructed.
pub fn cannot_be_linked() -> Vec<u8> {
    wat::parse_str(
        r#"(module
            (import "other" "f" (func))
            (memory (export "memory") 17)
            (global (export "__heap_base") i32 (i32.const 4096))
            (func (export "validate_block") (param i32 i32) (result i64) unreachable))"#,
    )
    .expect("the text is ours")
}
