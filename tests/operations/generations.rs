//! Which generations an index folder holds after each step of a long history.

use std::fs;

use crate::{edge_cases::damage, workspace::Workspace};

/// The numbers of the generations in the index folder, in order.
fn generations(workspace: &Workspace) -> String {
    let names = fs::read_dir(workspace.path("index")).unwrap().map(|entry| entry.unwrap().file_name());
    let number = |name: &str| name.strip_prefix("generation-")?.parse().ok();
    let mut numbers: Vec<u64> = names.filter_map(|name| number(name.to_str()?)).collect();
    numbers.sort_unstable();
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(" ")
}

/// What happens to the folder of a generation, other than by a run that ends.
fn happen(workspace: &Workspace, event: &str, number: u32) {
    let name = |number: u32| format!("generation-{number:06}");
    let folder = workspace.path("index").join(name(number));
    match event {
        "lost" => fs::remove_dir_all(folder).unwrap(),
        "damaged" => _ = damage(workspace, &name(number), ".store"),
        "foreign" => fs::create_dir_all(folder.join("thesis")).unwrap(),
        // Left by a run that was killed before it wrote the marker, and after that.
        "begun" => fs::create_dir(folder).unwrap(),
        _ => {
            assert_eq!(event, "unfinished");
            let marker = workspace.path("index").join(name(3)).join("vestnik.json");
            fs::create_dir(&folder).unwrap();
            fs::copy(marker, folder.join("vestnik.json")).unwrap();
        }
    }
}

#[test]
fn the_replaced_generation_is_retained_first_and_no_number_is_used_again() {
    let workspace = Workspace::new(&["a.txt"]);
    // A run, or what happens to a generation, and the generations that exist then.
    for (step, expected) in [
        ("index --full --keep 2", "1"),
        ("index --full --keep 2", "1 2"),
        ("index --full --keep 2", "1 2 3"),
        ("index --full --keep 2", "2 3 4"),
        ("rollback", "2 3 4"),
        ("unfinished 5", "2 3 4 5"),
        // 3 was active; 4 was rolled back.
        ("index --full --keep 1", "3 5"),
        ("rollback", "3 5"),
        ("index --full --keep 2", "3 5 6"),
        ("damaged 6", "3 5 6"),
        // 3 was active after 5.
        ("index --full --keep 1", "3 7"),
        ("rollback", "3 7"),
        ("gc --keep 0", "3"),
        ("begun 8", "3 8"),
        ("index --full --keep 1", "3 8"),
        ("unfinished 9", "3 8 9"),
        ("foreign 20", "3 8 9 20"),
        ("gc", "3 8 20"),
        ("rollback", "3 8 20"),
        ("lost 3", "8 20"),
        ("index --full --keep 1 corpus", "8 20 21"),
        ("gc --keep 0", "20 21"),
    ] {
        match step.split(' ').collect::<Vec<_>>()[..] {
            [event, number] => happen(&workspace, event, number.parse().unwrap()),
            ref words => _ = workspace.run(words, 0),
        }
        assert_eq!(generations(&workspace), expected, "after {step}");
    }
}
