//! Streams that count what goes through them, so that a decompression bomb fails while it is unpacked.

use std::{
    cell::Cell,
    io::{self, BufRead, Read},
    rc::Rc,
};

use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

use super::super::Input;

/// Content that unpacks to more than this many times its packed size is a bomb. Text rarely reaches 50.
const HIGHEST_RATIO: u64 = 500;
/// Below this size, in bytes, no ratio is suspicious.
const SMALL: u64 = 64 << 20;
/// The largest window of a Zstandard frame, in bytes: that of `zstd --ultra -22 --long=27`.
const LARGEST_WINDOW: u64 = 128 << 20;

/// How many packed bytes were read so far.
pub(super) type Packed = Rc<Cell<u64>>;

/// A source that counts the bytes taken from it.
pub(super) struct Counted<R> {
    stream: R,
    packed: Packed,
}

impl<R> Counted<R> {
    pub fn new(stream: R) -> (Self, Packed) {
        let packed = Packed::default();
        (Self { stream, packed: Rc::clone(&packed) }, packed)
    }

    /// A size that is known beforehand.
    pub fn known(size: u64) -> Packed {
        Rc::new(Cell::new(size))
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.stream.read(buffer)?;
        self.packed.set(self.packed.get() + size as u64);
        Ok(size)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.stream.fill_buf()
    }

    fn consume(&mut self, size: usize) {
        self.packed.set(self.packed.get() + size as u64);
        self.stream.consume(size);
    }
}

/// Unpacked content under the limits of its input.
pub(super) struct Metered<'a, 'b, R> {
    content: R,
    input: &'a Input<'b>,
    packed: Packed,
    unpacked: u64,
}

impl<'a, 'b, R: Read> Metered<'a, 'b, R> {
    pub fn new(content: R, input: &'a Input<'b>, packed: Packed) -> Self {
        Self { content, input, packed, unpacked: 0 }
    }
}

impl<R: Read> Read for Metered<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.content.read(buffer)?;
        self.unpacked += size as u64;
        if self.unpacked > SMALL && self.unpacked / HIGHEST_RATIO > self.packed.get() {
            return Err(beyond_limit(format!(
                "unpacks to more than {HIGHEST_RATIO} times its size, like a decompression bomb; unpack it by hand"
            )));
        }
        self.input.unpacked(size as u64).map_err(|fault| beyond_limit(fault.reason()))?;
        Ok(size)
    }
}

/// The error of content that may be sound and exceeds a limit.
fn beyond_limit(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::QuotaExceeded, reason)
}

/// Zstandard content of one or more frames.
pub(super) struct Zstd<R> {
    state: State<R>,
}

enum State<R> {
    Between(R),
    Within(R, Box<FrameDecoder>),
    Ended,
}

impl<R: BufRead> Zstd<R> {
    pub fn new(stream: R) -> Self {
        Self { state: State::Between(stream) }
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::Between(mut stream) => {
                    if stream.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let mut decoder = Box::new(FrameDecoder::new());
                    decoder.set_max_window_size(LARGEST_WINDOW);
                    match decoder.init(&mut stream) {
                        Ok(()) => self.state = State::Within(stream, decoder),
                        Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                            length,
                            ..
                        })) => {
                            io::copy(&mut stream.by_ref().take(u64::from(length)), &mut io::sink())?;
                            self.state = State::Between(stream);
                        }
                        Err(error) => return Err(io::Error::other(error)),
                    }
                }
                State::Within(mut stream, mut decoder) => {
                    while decoder.can_collect() == 0 && !decoder.is_finished() {
                        let step = BlockDecodingStrategy::UptoBlocks(1);
                        decoder.decode_blocks(&mut stream, step).map_err(io::Error::other)?;
                    }
                    let size = decoder.read(buffer)?;
                    if size > 0 || buffer.is_empty() {
                        self.state = State::Within(stream, decoder);
                        return Ok(size);
                    }
                    let declared = decoder.get_checksum_from_data();
                    if declared.is_some() && declared != decoder.get_calculated_checksum() {
                        return Err(io::Error::other("the checksum of its content is wrong"));
                    }
                    self.state = State::Between(stream);
                }
            }
        }
    }
}
