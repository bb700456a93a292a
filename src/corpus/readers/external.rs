//! External converters: a command for each extension or MIME type that writes a file's text or HTML.
//!
//! For formats that no reader takes (`.doc`, scans) or that another program reads better. The command is started
//! without a shell and without standard input, within limits of time and output. A converter goes before the readers of the table.

use std::{io, path::Path, process::Command, time::Duration};

use super::{
    Fault, Input, Output,
    process::{self, Allowance, Stopped},
};

/// A command that converts files of some kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converter {
    /// The extensions of the files, lower-case and without dots.
    pub extensions: Vec<String>,
    /// The MIME types, for attachments and parts of archives without a known extension.
    pub mime: Vec<String>,
    /// The program and its arguments. `{path}` stands for the path of the file.
    pub command: Vec<String>,
    /// How long it may take. 60 seconds by default.
    pub time: Duration,
    /// The most that it may write, in bytes. 64 MB by default.
    pub bytes: u64,
}

impl Default for Converter {
    fn default() -> Self {
        let (extensions, mime, command) = (Vec::new(), Vec::new(), Vec::new());
        Self { extensions, mime, command, time: Duration::from_mins(1), bytes: 64 << 20 }
    }
}

impl Converter {
    /// Whether files of this name are converted.
    pub(super) fn takes_name(&self, name: &Path) -> bool {
        let extension = name.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase);
        extension.is_some_and(|extension| self.extensions.contains(&extension))
    }

    /// Whether content of this MIME type is converted.
    pub(super) fn takes_mime(&self, mime: &str) -> bool {
        let mime = mime.split(';').next().unwrap_or_default().trim();
        self.mime.iter().any(|taken| taken.eq_ignore_ascii_case(mime))
    }

    /// Reads an input by what the command writes. The content of a part is put into a temporary file.
    pub(super) fn read(&self, input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
        let written = if let Some(path) = input.path() {
            self.run(path, input)?
        } else {
            let extension = Path::new(&input.name).extension().and_then(|extension| extension.to_str());
            let suffix = extension.map(|extension| format!(".{extension}")).unwrap_or_default();
            let mut file = tempfile::Builder::new().suffix(&suffix).tempfile()?;
            io::Write::write_all(&mut file, &input.bytes()?)?;
            self.run(file.path(), input)?
        };
        let name = format!("{}.txt", input.name);
        super::read_as_it_is(&mut input.converted(&name, written), output)
    }

    /// Runs the command on a file and returns what it wrote.
    fn run(&self, path: &Path, input: &Input<'_>) -> Result<Vec<u8>, Fault> {
        let Some((program, arguments)) = self.command.split_first() else {
            return Err("has a converter without a command; give one in vestnik.toml".into());
        };
        let mut command = Command::new(program);
        for argument in arguments {
            match argument.split_once("{path}") {
                Some(("", "")) => command.arg(path),
                // An argument such as `--in={path}`; the path is UTF-8, as names in a corpus are.
                Some((before, after)) => command.arg(format!("{before}{}{after}", path.display())),
                None => command.arg(argument),
            };
        }
        let allowance = Allowance { time: self.time, bytes: self.bytes };
        let ended = process::run(command, None, allowance, input).map_err(|stopped| match stopped {
            Stopped::NotStarted(error) => Fault::from(format!(
                "needs the converter {program:?}, which cannot be started ({error}); install it or correct vestnik.toml"
            )),
            Stopped::OutOfTime => {
                let seconds = self.time.as_secs_f32();
                format!("made the converter {program:?} run longer than {seconds} s; raise its time limit").into()
            }
            Stopped::TooMuch => {
                let limit = self.bytes >> 20;
                format!("made the converter {program:?} write more than {limit} MB; raise its limit").into()
            }
            Stopped::Other(fault) => fault,
        })?;
        if !ended.status.success() {
            let (status, said) = (ended.status, ended.said());
            return Err(format!("cannot be converted: {program:?} ended with {status} ({said})").into());
        }
        Ok(ended.written)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, sync::atomic::AtomicBool, time::Instant};

    use super::*;
    use crate::corpus::readers::{Budget, ReadOptions};

    #[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
    fn run(command: &[&str], change: impl Fn(&mut Converter)) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b;$(c).doc");
        fs::write(&path, "Мир").unwrap();
        let mut converter =
            Converter { command: command.iter().map(|&part| part.into()).collect(), ..Converter::default() };
        change(&mut converter);
        let (options, stop) = (ReadOptions::default(), AtomicBool::new(false));
        let budget = Budget::new(&options, &stop);
        let input = Input::file(&path, "a", io::empty(), &options, &budget);
        let written = converter.run(&path, &input).map_err(|fault| fault.reason())?;
        Ok(String::from_utf8_lossy(&written).into_owned())
    }

    #[test]
    fn commands_are_run_without_a_shell() {
        assert_eq!(run(&["cat", "{path}"], |_| {}).unwrap(), "Мир");
        assert!(run(&["echo", "--in={path}"], |_| {}).unwrap().ends_with("/a b;$(c).doc\n"));
        assert!(run(&["no-such-program", "{path}"], |_| {}).unwrap_err().contains("cannot be started"));
        let failed = run(&["ls", "/no/such/file"], |_| {}).unwrap_err();
        assert!(failed.contains("\"ls\" ended with exit status"), "{failed}");
    }

    #[test]
    fn limits_end_a_command() {
        let started = Instant::now();
        // The child of the command holds the pipe as well.
        let slow = run(&["sh", "-c", "sleep 30 & sleep 30"], |converter| {
            converter.time = Duration::from_millis(200);
        });
        assert!(slow.unwrap_err().contains("longer than 0.2 s"));
        let endless = run(&["yes"], |converter| converter.bytes = 1 << 20);
        assert!(endless.unwrap_err().contains("more than 1 MB"));
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}
