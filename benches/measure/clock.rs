//! Time and memory that a piece of work took.
//!
//! Processor time is what is compared wherever two programs are: other work on the machine changes
//! it far less than the time on the wall.

use std::{fs, time::Instant};

use rustix::time::{ClockId, clock_gettime};

/// What a piece of work took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Took {
    /// Seconds on the wall.
    pub wall: f64,
    /// Seconds of processor time, over all threads of this process.
    pub cpu: f64,
}

/// Does something and says what it took.
pub fn took<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (wall, cpu) = (Instant::now(), processor());
    let done = work();
    (done, Took { wall: wall.elapsed().as_secs_f64(), cpu: processor() - cpu })
}

/// The processor time of this process so far, over all its threads, in seconds.
pub fn processor() -> f64 {
    seconds(ClockId::ProcessCPUTime)
}

/// The processor time of this thread so far, in seconds: how long a question takes where nobody else
/// wants the processor, but for waiting on the disk.
pub fn thread() -> f64 {
    seconds(ClockId::ThreadCPUTime)
}

fn seconds(clock: ClockId) -> f64 {
    let now = clock_gettime(clock);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// The most memory that a process has held, in bytes, where the system tells (Linux).
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

/// The processor time of the children that have ended, in seconds (Linux, to a hundredth).
pub fn children() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = stat.rsplit_once(") ")?.1;
    let ticks = |at: usize| after_name.split(' ').nth(at).and_then(|text| text.parse::<f64>().ok());
    // Fields 16 and 17 of proc(5); the third is the first behind the name. A tick is 1/100 s.
    Some((ticks(13)? + ticks(14)?) / 100.0)
}
