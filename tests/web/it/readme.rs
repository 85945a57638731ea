//! The README.

use std::fs;
use std::path::Path;

/// Returns the number of lines of a file, or of all files in a folder.
fn lines(path: &Path) -> usize {
    match fs::read_dir(path) {
        Ok(files) => files.map(|file| lines(&file.unwrap().path())).sum(),
        Err(_) => fs::read_to_string(path).unwrap().lines().count(),
    }
}

#[test]
fn the_numbers_of_lines_are_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    let mut rows = 0;
    for row in readme.lines().filter(|row| row.starts_with("| [`")) {
        let mut cells = row.split(" | ");
        let (files, stated) = (cells.next().unwrap(), cells.next().unwrap());
        let Ok(stated) = stated.parse::<usize>() else {
            continue;
        };
        let links = files.split("](").skip(1);
        let paths = links.map(|link| link.split(')').next().unwrap());
        let counted: usize = paths.map(|path| lines(&folder.join(path))).sum();
        assert!(
            stated.abs_diff(counted) <= 10,
            "expected {counted} lines and not {stated}: {files}"
        );
        rows += 1;
    }
    assert_eq!(rows, 7, "rows with a number of lines");
}
