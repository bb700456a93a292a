//! Time and memory that a piece of work takes.
//!
//! Comparisons use CPU time: other work on the machine changes it far less than wall time.

use std::{fs, time::Instant};

use rustix::time::{ClockId, clock_gettime};

/// The duration of a piece of work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Took {
    /// Wall time in seconds.
    pub wall: f64,
    /// CPU time in seconds, over all threads of this process.
    pub cpu: f64,
}

/// Runs `work` and returns its result and duration.
pub fn took<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (wall, cpu) = (Instant::now(), processor());
    let done = work();
    (done, Took { wall: wall.elapsed().as_secs_f64(), cpu: processor() - cpu })
}

/// The CPU time of this process so far, over all threads, in seconds.
pub fn processor() -> f64 {
    seconds(ClockId::ProcessCPUTime)
}

/// The CPU time of this thread so far, in seconds. It excludes waiting for the disk and for other processes.
pub fn thread() -> f64 {
    seconds(ClockId::ThreadCPUTime)
}

fn seconds(clock: ClockId) -> f64 {
    let now = clock_gettime(clock);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// The peak resident memory of a process in bytes, on Linux.
pub fn peak_memory(process: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes << 10)
}

/// The resident memory of this process in bytes, without mapped files (Linux).
pub fn resident_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes << 10)
}

/// The CPU time of all finished child processes in seconds, with a resolution of 10 ms, on Linux.
pub fn children() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = stat.rsplit_once(") ")?.1;
    let ticks = |at: usize| after_name.split(' ').nth(at).and_then(|text| text.parse::<f64>().ok());
    // Fields 16 and 17 of proc(5), counted from field 3, which follows the name. A tick is 1/100 s.
    Some((ticks(13)? + ticks(14)?) / 100.0)
}
