//! Metrics of the last index run, in a file for the textfile collector of the Prometheus node exporter.

use std::{
    fmt::Write,
    fs, io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use vestnik::index::Summary;

use crate::exit::Exit;

/// Fails if the metrics file cannot be replaced, so that a long run does not start without need.
pub fn check_place(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::metadata(folder.unwrap_or(Path::new(".")))?;
    match fs::metadata(path) {
        Ok(about) if !about.is_file() => Err(io::Error::other("it exists and is not a regular file")),
        _ => Ok(()),
    }
}

/// Replaces the metrics file atomically.
///
/// `success` is the time of the last successful run in seconds since 1970-01-01 UTC.
pub fn write(path: &Path, exit: Exit, summary: Option<&Summary>, success: Option<u64>) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // The collector ignores files with this name.
    let made = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let mut text = text(exit, summary, success);
    // Values that a failed run does not know are carried over, so that an alert on them does not restart.
    carry_over(&fs::read_to_string(path).unwrap_or_default(), &mut text);
    // Created exclusively: a link under this name is not followed.
    let written = fs::File::options().write(true).create_new(true).open(&made);
    let written = written.and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()));
    let written = written.and_then(|()| fs::rename(&made, path));
    if written.is_err() {
        // The first error is the one to report.
        _ = fs::remove_file(&made);
    }
    written
}

/// Appends the gauges of an earlier run that a text lacks.
fn carry_over(earlier: &str, text: &mut String) {
    const HEAD: &str = "# HELP vestnik_index_";
    for gauge in earlier.split(HEAD).skip(1) {
        let name = gauge.split(' ').next().unwrap_or_default();
        if !text.contains(&format!("{HEAD}{name} ")) {
            text.push_str(HEAD);
            text.push_str(gauge);
        }
    }
}

fn text(exit: Exit, summary: Option<&Summary>, success: Option<u64>) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut out = String::new();
    let mut gauge = |name: &str, help: &str, values: &[(&str, f64)]| {
        let head = format!("# HELP vestnik_index_{name} {help}\n# TYPE vestnik_index_{name} gauge\n");
        out.push_str(&head);
        for (labels, value) in values {
            // Writing into a string cannot fail.
            _ = writeln!(out, "vestnik_index_{name}{labels} {value}");
        }
    };
    gauge("last_run_timestamp_seconds", "When the last run ended.", &[("", now as f64)]);
    gauge("last_run_exit_code", "The exit code of the last run.", &[("", f64::from(exit.code()))]);
    if let Some(success) = success {
        let help = "When the last successful run ended.";
        gauge("last_success_timestamp_seconds", help, &[("", success as f64)]);
    }
    let Some(run) = summary else { return out };
    gauge("releases", "Releases in the index.", &[("", run.total as f64)]);
    gauge("last_run_duration_seconds", "How long the last run took.", &[("", run.took.as_secs_f64())]);
    gauge("last_run_read_bytes", "Bytes read by the last run.", &[("", run.read.bytes as f64)]);
    gauge(
        "last_run_rebuilt",
        "Whether the last run rebuilt the index.",
        &[("", f64::from(u8::from(run.rebuilt)))],
    );
    let files = [
        ("{state=\"read\"}", run.read.files as f64),
        ("{state=\"same\"}", run.same_files as f64),
        ("{state=\"passed_over\"}", run.ignored as f64),
    ];
    gauge("last_run_files", "Files seen by the last run, by state.", &files);
    let releases = [
        ("{change=\"added\"}", run.added as f64),
        ("{change=\"changed\"}", run.changed as f64),
        ("{change=\"removed\"}", run.removed as f64),
        ("{change=\"unchanged\"}", run.unchanged as f64),
        ("{change=\"kept\"}", run.kept as f64),
    ];
    gauge("last_run_releases", "Releases by the change that the last run made.", &releases);
    gauge(
        "last_run_failures",
        "Files, folders and records that could not be read.",
        &[("", run.failed as f64)],
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_a_type_and_a_number() {
        let summary = Summary { added: 3, total: 5, ..Summary::default() };
        let text = text(Exit::Partly, Some(&summary), Some(7));
        for line in [
            "vestnik_index_last_run_exit_code 2",
            "vestnik_index_last_success_timestamp_seconds 7",
            "vestnik_index_releases 5",
            "vestnik_index_last_run_releases{change=\"added\"} 3",
            "# TYPE vestnik_index_last_run_releases gauge",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        let figures = text.lines().filter(|line| !line.starts_with('#'));
        for figure in figures {
            assert!(figure.rsplit_once(' ').unwrap().1.parse::<f64>().is_ok(), "{figure}");
        }
    }

    #[test]
    fn the_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vestnik.prom");
        for exit in [Exit::Done, Exit::Failed] {
            write(&path, exit, None, None).unwrap();
            let code = format!("vestnik_index_last_run_exit_code {}\n", exit.code());
            assert!(fs::read_to_string(&path).unwrap().contains(&code));
        }
        // A failed run keeps what the last complete one counted.
        write(&path, Exit::Partly, Some(&Summary { failed: 3, ..Summary::default() }), None).unwrap();
        for exit in [Exit::Locked, Exit::Failed] {
            write(&path, exit, None, None).unwrap();
            let figures = fs::read_to_string(&path).unwrap();
            assert!(figures.contains("vestnik_index_last_run_failures 3\n"), "{figures}");
            assert_eq!(figures.matches("# HELP vestnik_index_last_run_exit_code ").count(), 1, "{figures}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        check_place(&path).unwrap();
        check_place(Path::new("vestnik.prom")).unwrap();
        for wrong in [folder.path().join("none/a.prom"), folder.path().to_owned()] {
            assert!(check_place(&wrong).is_err());
            assert!(write(&wrong, Exit::Done, None, None).is_err());
        }
    }
}
