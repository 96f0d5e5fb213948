//! The adder parachain. Its state is one u64; a block claims the state before it and adds a number, wrapping at 2^64.
//!   head  = number u64, parent_hash [32], post_state [32]     (72 bytes, integers little-endian)
//!   block = state u64, add u64                                (16 bytes; bytes after it are ignored)
//! A block is valid if keccak256(state) is the parent head's post_state.

mod bindings;

use bindings::{keccak256, ValidationParams, ValidationResult};

const HEAD_BYTES: usize = 72;
const BLOCK_BYTES: usize = 16;
const PARENT_HASH: usize = 8;
const POST_STATE: usize = 40;

fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[offset..offset + 8]);
    u64::from_le_bytes(word)
}

/// Says whether a block is valid, and what it does. An error is logged, and the block is invalid.
fn validate_block(params: ValidationParams) -> Result<ValidationResult, String> {
    let (parent, block) = (&params.parent_head, &params.block_data);
    if parent.len() < HEAD_BYTES {
        return Err("the parent head is too short".into());
    }
    if block.len() < BLOCK_BYTES {
        return Err("the block is too short".into());
    }
    if keccak256(&block[..8]) != parent[POST_STATE..HEAD_BYTES] {
        return Err("the block claims another state".into());
    }
    let state = u64_at(block, 0).wrapping_add(u64_at(block, 8));
    let mut head = Vec::with_capacity(HEAD_BYTES);
    head.extend_from_slice(&u64_at(parent, 0).wrapping_add(1).to_le_bytes());
    debug_assert_eq!(head.len(), PARENT_HASH);
    head.extend_from_slice(&keccak256(parent));
    head.extend_from_slice(&keccak256(&state.to_le_bytes()));
    Ok(ValidationResult {
        head_data: head,
        hrmp_watermark: params.relay_parent_number,
        ..ValidationResult::default()
    })
}
