//! Finds libdnn: in DNN_LIBRARY_FOLDER, else where the linker looks.
fn main() {
    println!("cargo:rerun-if-env-changed=DNN_LIBRARY_FOLDER");
    if let Ok(folder) = std::env::var("DNN_LIBRARY_FOLDER") {
        println!("cargo:rustc-link-search=native={folder}");
    }
    println!("cargo:rustc-link-lib=dylib=dnn");
}
