//! The modules of the library and what each may depend on, as tables that read as a map of the code.
//!
//! Parses every source file and resolves its `use` declarations and paths to modules. A new module or a
//! new dependency fails here until the map below is changed. Code under `#[cfg(test)]` is not looked at.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, visit::Visit};

/// The modules of the library in dependency order: each may depend on those named and on nothing else.
const LIBRARY: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("release", &["error"]),
    // Text to terms.
    ("analysis", &["error"]),
    // Files to releases.
    ("corpus", &["error", "release", "analysis"]),
    // Terms to segments on disk, and back.
    ("index", &["error", "release", "analysis", "corpus"]),
    // What a person types, as plain data.
    ("query", &["error", "release", "analysis"]),
    // Plain data to ranked hits.
    ("search", &["error", "release", "analysis", "index", "query"]),
    // Relevance on judged queries.
    ("eval", &["error", "release", "query", "search"]),
];

/// The stages of `search`. Only the searcher joins them.
const SEARCH: &[(&str, &[&str])] = &[
    ("weights", &[]),
    ("context", &["weights"]),
    ("plan", &["weights"]),
    ("postings", &["context", "plan", "weights"]),
    ("positions", &["context", "plan", "postings"]),
    ("score", &["context", "plan", "positions", "postings", "weights"]),
    ("topk", &["context", "plan", "postings", "score", "weights"]),
    ("highlight", &["context", "plan", "positions", "postings"]),
    ("hit", &["context", "highlight", "score"]),
    ("searcher", &["context", "highlight", "hit", "plan", "score", "topk", "weights"]),
];

/// The parts of `index`: files on disk, reading, writing, maintenance, synchronisation.
const INDEX: &[(&str, &[&str])] = &[
    ("norms", &[]),
    ("parallel", &[]),
    ("doc_store", &[]),
    ("schema", &["doc_store", "norms"]),
    ("storage", &["schema"]),
    ("engine_error", &["storage"]),
    ("form_tables", &[]),
    ("block_stats", &["form_tables", "norms", "schema"]),
    ("segment_reader", &["block_stats", "doc_store", "norms", "schema"]),
    ("handle", &["block_stats", "engine_error", "schema", "storage"]),
    (
        "snapshot",
        &[
            "doc_store",
            "engine_error",
            "form_tables",
            "handle",
            "norms",
            "parallel",
            "schema",
            "segment_reader",
            "storage",
        ],
    ),
    (
        "build",
        &[
            "block_stats",
            "doc_store",
            "engine_error",
            "form_tables",
            "handle",
            "norms",
            "schema",
            "segment_reader",
            "snapshot",
            "storage",
        ],
    ),
    ("maintenance", &["build", "engine_error", "handle", "snapshot", "storage"]),
    ("sync", &["build", "engine_error", "handle", "maintenance", "snapshot", "storage"]),
];

/// The modules that may name the storage engine.
const NAMES_TANTIVY: &[&str] = &["index", "search"];

#[test]
fn modules_depend_only_on_what_the_map_allows() {
    let graph = Graph::read();
    let mut problems = Vec::new();
    for (parent, map) in [("", LIBRARY), ("search", SEARCH), ("index", INDEX)] {
        for (from, to) in graph.edges() {
            let (Some(from_part), Some(to_part)) = (part_below(parent, from), part_below(parent, to)) else {
                continue;
            };
            if from_part == to_part {
                continue;
            }
            match map.iter().find(|(name, _)| *name == from_part) {
                None => problems.push(format!("{parent}/{from_part} is not on the map")),
                Some((_, allowed)) if !allowed.contains(&to_part) => {
                    problems.push(format!("{from} may not depend on {to}"));
                }
                Some(_) => {}
            }
        }
        // The map itself must be a valid order: nothing depends on what is listed after it.
        for (at, (name, allowed)) in map.iter().enumerate() {
            let earlier: Vec<&str> = map[..at].iter().map(|(name, _)| *name).collect();
            problems.extend(allowed.iter().filter(|other| !earlier.contains(other)).map(|other| {
                format!("the map lets {name} depend on {other}, which is not listed before it")
            }));
        }
    }
    problems.sort();
    problems.dedup();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_cycle() {
    let graph = Graph::read();
    let cycles = graph.cycles();
    assert!(cycles.is_empty(), "{cycles:#?}");
}

#[test]
fn only_index_and_search_name_the_engine() {
    let graph = Graph::read();
    let others: Vec<&String> =
        graph.names_tantivy.iter().filter(|module| !NAMES_TANTIVY.contains(&top(module))).collect();
    assert!(others.is_empty(), "{others:?}");
}

/// The part of `parent` that a module belongs to; none if it is elsewhere or `parent` itself.
fn part_below<'m>(parent: &str, module: &'m str) -> Option<&'m str> {
    let rest = if parent.is_empty() { module } else { module.strip_prefix(parent)?.strip_prefix('/')? };
    Some(top(rest)).filter(|part| !part.is_empty())
}

fn top(module: &str) -> &str {
    module.split('/').next().unwrap_or_default()
}

/// Which module depends on which. A module is named by its path below `src`, without `.rs` and `/mod`.
struct Graph {
    modules: BTreeMap<String, BTreeSet<String>>,
    names_tantivy: BTreeSet<String>,
}

impl Graph {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut sources = BTreeMap::new();
        for entry in walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            if path.extension().is_some_and(|extension| extension == "rs") && !name.starts_with("bin/") {
                let module = name.trim_end_matches(".rs").trim_end_matches("/mod").replace("lib", "");
                sources.insert(module, fs::read_to_string(path).unwrap());
            }
        }
        for (module, source) in sources.clone() {
            for child in test_modules(&syn::parse_file(&source).unwrap()) {
                let child = [module.as_str(), &child].into_iter().filter(|part| !part.is_empty());
                let child = child.collect::<Vec<_>>().join("/");
                sources.retain(|other, _| !is_within(other, &child));
            }
        }
        let names: BTreeSet<&String> = sources.keys().collect();
        let mut graph = Self { modules: BTreeMap::new(), names_tantivy: BTreeSet::new() };
        for (module, source) in &sources {
            let mut paths = Paths::default();
            paths.visit_file(&syn::parse_file(source).unwrap());
            let mut to = BTreeSet::new();
            for path in &paths.found {
                if path.first().is_some_and(|first| first == "tantivy") {
                    graph.names_tantivy.insert(module.clone());
                }
                let target = resolve(module, path, &names);
                // A parent re-exports its children, so an import through it is not a dependency on it.
                to.extend(target.filter(|target| !is_within(module, target)));
            }
            graph.modules.insert(module.clone(), to);
        }
        graph
    }

    fn edges(&self) -> impl Iterator<Item = (&str, &str)> {
        self.modules.iter().flat_map(|(from, to)| to.iter().map(move |to| (from.as_str(), to.as_str())))
    }

    /// Groups of modules each of which can be reached from every other one.
    fn cycles(&self) -> BTreeSet<Vec<&str>> {
        let reach = |start: &str| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![start.to_owned()]);
            while let Some(module) = open.pop() {
                for next in self.modules.get(&module).into_iter().flatten() {
                    if seen.insert(next.clone()) {
                        open.push(next.clone());
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<&str, _> =
            self.modules.keys().map(|name| (name.as_str(), reach(name))).collect();
        let in_cycle = reached.iter().filter(|(name, reached)| reached.contains(**name));
        in_cycle
            .map(|(name, forth)| {
                let back = |other: &&str| forth.contains(*other) && reached[other].contains(*name);
                reached.keys().copied().filter(back).collect()
            })
            .collect()
    }
}

/// The modules that a file declares for tests only.
fn test_modules(file: &syn::File) -> Vec<String> {
    let modules = file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.attrs.iter().any(is_for_tests) => Some(module.ident.to_string()),
        _ => None,
    });
    modules.collect()
}

fn is_within(module: &str, parent: &str) -> bool {
    parent.is_empty() || module == parent || module.starts_with(&format!("{parent}/"))
}

/// The module that a path leads to: the longest known prefix of it.
fn resolve(module: &str, path: &[String], modules: &BTreeSet<&String>) -> Option<String> {
    let mut base: Vec<&str> = module.split('/').filter(|part| !part.is_empty()).collect();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => {
            base.clear();
            rest = &path[1..];
        }
        "self" => rest = &path[1..],
        "super" => {
            while let Some((first, behind)) = rest.split_first()
                && first == "super"
            {
                base.pop();
                rest = behind;
            }
        }
        _ => return None,
    }
    let parts: Vec<&str> = base.into_iter().chain(rest.iter().map(String::as_str)).collect();
    let prefixes = (0..=parts.len()).rev().map(|end| parts[..end].join("/"));
    prefixes.into_iter().find(|prefix| modules.contains(prefix))
}

/// Collects the paths of one file, outside its tests.
#[derive(Default)]
struct Paths {
    found: Vec<Vec<String>>,
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes: &[Attribute] = match item {
            Item::Mod(ItemMod { attrs, .. })
            | Item::Use(ItemUse { attrs, .. })
            | Item::Fn(syn::ItemFn { attrs, .. })
            | Item::Impl(syn::ItemImpl { attrs, .. }) => attrs,
            _ => &[],
        };
        if !attributes.iter().any(is_for_tests) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // `pub use` hands a name on; the module that reads it is the one that depends on it.
        if matches!(item.vis, syn::Visibility::Inherited) {
            self.collect(&item.tree, Vec::new());
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.found.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    // `pub(in path)` and `pub(super)` say who may look in, not what is used.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

impl Paths {
    fn collect(&mut self, tree: &UseTree, mut prefix: Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.collect(&path.tree, prefix);
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.collect(tree, prefix.clone()));
            }
            UseTree::Name(name) => {
                prefix.push(name.ident.to_string());
                self.found.push(prefix);
            }
            UseTree::Rename(rename) => {
                prefix.push(rename.ident.to_string());
                self.found.push(prefix);
            }
            UseTree::Glob(_) => self.found.push(prefix),
        }
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
}
