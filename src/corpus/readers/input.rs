//! What a reader reads: the content of a file or of a part of a container, with hints about it.

use std::{
    borrow::Cow,
    cell::Cell,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use super::{Fault, ReadOptions, encoding};

/// How many bytes at the start of a stream decide its format, at least.
pub(in crate::corpus) const HEAD: usize = 64 << 10;

/// The content of a file or of a part of a container.
pub(crate) struct Input<'a> {
    /// The file name, or the name of the part within its container; without folders.
    pub name: String,
    /// The MIME type that the container declares for the part.
    pub mime: Option<String>,
    /// The charset that the container declares for the part.
    pub charset: Option<String>,
    /// How many containers the content is in.
    pub depth: u32,
    /// What the caller decided.
    pub options: &'a ReadOptions,
    budget: &'a Budget<'a>,
    path: Option<&'a Path>,
    content: Content<'a>,
}

enum Content<'a> {
    Bytes(Cow<'a, [u8]>),
    Stream(Box<dyn BufRead + 'a>),
}

/// What is left of the time and the bytes that one file may cost.
pub(in crate::corpus) struct Budget<'a> {
    stop: &'a AtomicBool,
    time: Duration,
    since: Cell<Instant>,
    unpacked: Cell<u64>,
    most_unpacked: u64,
    /// How many bytes of parts that no reader takes may still be unpacked to verify them.
    verifiable: Cell<u64>,
    text: u64,
    is_verifying: Cell<bool>,
}

impl<'a> Budget<'a> {
    pub fn new(options: &ReadOptions, stop: &'a AtomicBool) -> Self {
        let since = Cell::new(Instant::now());
        let most_unpacked = options.limits.unpacked;
        let (unpacked, verifiable) = (Cell::new(0), Cell::new(most_unpacked));
        let (time, is_verifying) = (options.limits.time, Cell::new(false));
        let text = options.limits.text;
        Self { stop, time, since, unpacked, most_unpacked, verifiable, text, is_verifying }
    }

    /// Restarts the clock after a release was passed on.
    pub fn restart(&self) {
        self.since.set(Instant::now());
    }

    /// The most bytes of text in a release.
    pub fn text(&self) -> u64 {
        self.text
    }

    fn check(&self) -> Result<(), Fault> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Fault::Cancelled);
        }
        if self.since.get().elapsed() > self.time {
            let seconds = self.time.as_secs_f32();
            return Err(
                format!("takes longer than {seconds} s to read; raise the time limit or remove it").into()
            );
        }
        Ok(())
    }

    fn unpack(&self, bytes: u64) -> Result<(), Fault> {
        if self.is_verifying.get() {
            return Ok(());
        }
        self.unpacked.set(self.unpacked.get().saturating_add(bytes));
        if self.unpacked.get() > self.most_unpacked {
            let limit = self.most_unpacked >> 20;
            return Err(format!("unpacks to more than {limit} MB; raise the limit or unpack it").into());
        }
        Ok(())
    }
}

impl<'a> Input<'a> {
    /// The content of a file on disk.
    pub(in crate::corpus) fn file(
        path: &'a Path,
        name: &str,
        stream: impl Read + 'a,
        options: &'a ReadOptions,
        budget: &'a Budget<'a>,
    ) -> Self {
        let name = name.rsplit_once('/').map_or(name, |(_, name)| name).to_owned();
        let content = Content::Stream(Box::new(BufReader::with_capacity(4 * HEAD, stream)));
        Self { name, mime: None, charset: None, depth: 0, options, budget, path: Some(path), content }
    }

    /// A part of this input that is in memory. `name` may have folders.
    pub fn part<'b>(&self, name: &str, bytes: impl Into<Cow<'b, [u8]>>) -> Input<'b>
    where
        'a: 'b,
    {
        self.inner(name, Content::Bytes(bytes.into()))
    }

    /// A part of this input that is read piece by piece.
    pub fn part_stream<'b>(&self, name: &str, stream: impl Read + 'b) -> Input<'b>
    where
        'a: 'b,
    {
        self.inner(name, Content::Stream(Box::new(BufReader::with_capacity(4 * HEAD, stream))))
    }

    fn inner<'b>(&self, name: &str, content: Content<'b>) -> Input<'b>
    where
        'a: 'b,
    {
        let name = name.rsplit_once('/').map_or(name, |(_, name)| name).to_owned();
        let (options, budget) = (self.options, self.budget);
        Input { name, mime: None, charset: None, depth: self.depth + 1, options, budget, path: None, content }
    }

    /// What a converter made of this input, in its place.
    #[cfg(feature = "converters")]
    pub fn converted(&self, name: &str, bytes: Vec<u8>) -> Input<'a> {
        let mut converted = self.inner(name, Content::Bytes(bytes.into()));
        converted.depth = self.depth;
        converted
    }

    /// The file on disk, unless the content is a part of a container.
    pub fn path(&self) -> Option<&'a Path> {
        self.path
    }

    /// The start of the content, at least 64 KB of it where there is so much, without consuming it.
    pub fn head(&mut self) -> Result<&[u8], Fault> {
        match &mut self.content {
            Content::Bytes(bytes) => Ok(bytes),
            Content::Stream(stream) => Ok(stream.fill_buf()?),
        }
    }

    /// The whole content, which the input then no longer has.
    ///
    /// # Errors
    ///
    /// If it is larger than [`Limits::bytes`](super::Limits::bytes) or cannot be read.
    pub fn bytes(&mut self) -> Result<Cow<'a, [u8]>, Fault> {
        let limit = self.options.limits.bytes;
        let bytes = match self.take() {
            Content::Bytes(bytes) => bytes,
            Content::Stream(stream) => {
                let mut bytes = Vec::new();
                stream.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
                bytes.into()
            }
        };
        if bytes.len() as u64 > limit {
            return Err(format!("is larger than {} MB; split it or raise the limit", limit >> 20).into());
        }
        if self.depth > 0 {
            self.budget.unpack(bytes.len() as u64)?;
        }
        Ok(bytes)
    }

    /// The content as a stream, which the input then no longer has.
    pub fn stream(&mut self) -> Box<dyn BufRead + 'a> {
        match self.take() {
            Content::Bytes(Cow::Borrowed(bytes)) => Box::new(bytes),
            Content::Bytes(Cow::Owned(bytes)) => Box::new(io::Cursor::new(bytes)),
            Content::Stream(stream) => stream,
        }
    }

    /// The whole content as text, by its byte order mark, its bytes and the declared charset.
    pub fn text(&mut self) -> Result<encoding::Decoded, Fault> {
        let (declared, limit) = (self.charset.take(), self.options.limits.bytes);
        let decoded = encoding::decode(&self.bytes()?, declared.as_deref())?;
        // Text in one byte a letter is twice as long in UTF-8.
        if decoded.text.len() as u64 > limit {
            let limit = limit >> 20;
            return Err(format!("is larger than {limit} MB as UTF-8; split it or raise the limit").into());
        }
        Ok(decoded)
    }

    /// Fails where the caller asked to stop, or this release takes too long.
    pub fn check(&self) -> Result<(), Fault> {
        self.budget.check()
    }

    /// Fails where the caller asked to stop.
    #[cfg(feature = "converters")]
    pub fn check_cancelled(&self) -> Result<(), Fault> {
        if self.budget.stop.load(Ordering::Relaxed) { Err(Fault::Cancelled) } else { Ok(()) }
    }

    /// Unpacks what is left of a part that no reader takes, so that damage is reported and not ignored.
    ///
    /// The bytes do not count as unpacked, because a folder of photos must not use up the limit of the texts in the
    /// same archive. In one file, no more bytes are verified than may be unpacked.
    ///
    /// # Errors
    ///
    /// If the part is damaged. One that exceeds a limit is not verified further.
    pub fn verify(&mut self) -> Result<(), Fault> {
        let Content::Stream(mut stream) = self.take() else { return Ok(()) };
        let budget = self.budget;
        budget.is_verifying.set(true);
        let verified = loop {
            let size = match stream.fill_buf() {
                Ok(bytes) => bytes.len(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::QuotaExceeded => break Ok(()),
                Err(error) => break Err(error.into()),
            };
            stream.consume(size);
            let left = budget.verifiable.get().saturating_sub(size as u64);
            budget.verifiable.set(left);
            match budget.check() {
                Err(Fault::Cancelled) => break Err(Fault::Cancelled),
                Err(_) => break Ok(()),
                Ok(()) if size == 0 || left == 0 => break Ok(()),
                Ok(()) => {}
            }
        };
        budget.is_verifying.set(false);
        budget.restart();
        verified
    }

    /// Counts bytes that a container unpacked piece by piece; those of [`Input::bytes`] are counted there.
    pub fn unpacked(&self, bytes: u64) -> Result<(), Fault> {
        self.budget.unpack(bytes)
    }

    fn take(&mut self) -> Content<'a> {
        std::mem::replace(&mut self.content, Content::Bytes(Cow::Borrowed(&[])))
    }
}
