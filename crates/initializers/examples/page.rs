//! Prints the page of documentation that the table gives: `cargo run -p initializers --example page > docs/initializers.md`.

fn main() {
    print!("{}", initializers::catalog::markdown());
}
