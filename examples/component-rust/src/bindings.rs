//! World pvf:parachain (wit/pvf-parachain.wit of @pvf/component) by the canonical ABI: what `wit-bindgen` generates, written
//! by hand for the part that is used, so that the example needs nothing but a Rust with a wasm32 target.

use std::alloc::{alloc, realloc, Layout};
use std::mem::forget;

#[derive(Default)]
pub struct ValidationParams {
    pub parent_head: Vec<u8>,
    pub block_data: Vec<u8>,
    pub relay_parent_number: u32,
    pub relay_parent_storage_root: Vec<u8>,
}

#[derive(Default)]
pub struct ValidationResult {
    pub head_data: Vec<u8>,
    pub new_validation_code: Option<Vec<u8>>,
    pub upward_messages: Vec<Vec<u8>>,
    pub horizontal_messages: Vec<(u32, Vec<u8>)>,
    pub processed_downward_messages: u32,
    pub hrmp_watermark: u32,
}

#[link(wasm_import_module = "pvf:parachain/hashing@1.0.0")]
extern "C" {
    #[link_name = "keccak256"]
    fn import_keccak256(data: *const u8, length: usize, result: *mut [usize; 2]);
}

/// 32 bytes.
pub fn keccak256(data: &[u8]) -> Vec<u8> {
    let mut result = [0; 2];
    unsafe {
        import_keccak256(data.as_ptr(), data.len(), &mut result);
        owned(result[0] as *mut u8, result[1])
    }
}

/// A list that the other side put into memory of ours.
unsafe fn owned(pointer: *mut u8, length: usize) -> Vec<u8> {
    if length == 0 {
        return Vec::new();
    }
    Vec::from_raw_parts(pointer, length, length)
}

/// Memory for lists that the other side writes.
#[export_name = "cabi_realloc"]
pub unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8 {
    if size == 0 {
        return align as *mut u8;
    }
    let pointer = if old_size == 0 {
        alloc(Layout::from_size_align_unchecked(size, align))
    } else {
        realloc(old, Layout::from_size_align_unchecked(old_size, align), size)
    };
    if pointer.is_null() {
        std::process::abort();
    }
    pointer
}

/// `result<validation-result, string>` in memory: 12 words. What they point to lives until the instance ends.
static mut RETURNED: [usize; 12] = [0; 12];

fn leak<T>(list: Vec<T>) -> [usize; 2] {
    let parts = [list.as_ptr() as usize, list.len()];
    forget(list);
    parts
}

#[export_name = "validate-block"]
pub unsafe extern "C" fn export_validate_block(
    parent_head: *mut u8,
    parent_head_length: usize,
    block_data: *mut u8,
    block_data_length: usize,
    relay_parent_number: u32,
    root: *mut u8,
    root_length: usize,
) -> *const usize {
    let params = ValidationParams {
        parent_head: owned(parent_head, parent_head_length),
        block_data: owned(block_data, block_data_length),
        relay_parent_number,
        relay_parent_storage_root: owned(root, root_length),
    };
    let mut words = [0; 12];
    match crate::validate_block(params) {
        Ok(result) => {
            let upward = result.upward_messages.into_iter().map(leak).collect();
            let horizontal: Vec<[usize; 3]> = result
                .horizontal_messages
                .into_iter()
                .map(|(recipient, data)| {
                    let [pointer, length] = leak(data);
                    [recipient as usize, pointer, length]
                })
                .collect();
            words[1..3].copy_from_slice(&leak(result.head_data));
            if let Some(code) = result.new_validation_code {
                words[3] = 1;
                words[4..6].copy_from_slice(&leak(code));
            }
            words[6..8].copy_from_slice(&leak::<[usize; 2]>(upward));
            words[8..10].copy_from_slice(&leak(horizontal));
            words[10] = result.processed_downward_messages as usize;
            words[11] = result.hrmp_watermark as usize;
        }
        Err(text) => {
            words[0] = 1;
            words[1..3].copy_from_slice(&leak(text.into_bytes()));
        }
    }
    RETURNED = words;
    std::ptr::addr_of!(RETURNED) as *const usize
}
