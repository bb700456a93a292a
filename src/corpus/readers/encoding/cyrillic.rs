//! Recognises Russian in single-byte encodings by its pairs of letters.
//!
//! Every candidate encoding is charged for each pair of neighbouring characters in which one is beyond ASCII:
//! rare letter pairs, capitals inside words, Latin letters next to Cyrillic ones, and symbols that Russian text
//! seldom has are dear. The cheapest candidate wins. `chardetng` alone never proposes x-mac-cyrillic and misreads
//! a tenth of single headlines; it still decides about every text that looks like no candidate.

use encoding_rs::{Encoding, IBM866, ISO_8859_5, KOI8_R, KOI8_U, WINDOWS_1251, WINDOWS_1252, X_MAC_CYRILLIC};

/// The candidates; of equal ones the first wins.
const CANDIDATES: [&Encoding; 7] =
    [WINDOWS_1251, KOI8_R, IBM866, ISO_8859_5, X_MAC_CYRILLIC, KOI8_U, WINDOWS_1252];

/// How many characters beyond ASCII are looked at.
const SAMPLE: u32 = 20_000;
/// A declared encoding may be this much dearer than the cheapest one, in bits.
const DECLARED_BONUS: u32 = 4;
/// x-mac-cyrillic has the small letters of windows-1251, which is far more common.
const MAC_HANDICAP: u32 = 2;
/// A text that costs more than this, in bits a pair, is not Russian in any candidate.
const DEAREST: f32 = 8.5;

/// `-log2` of the probability of the second letter after the first, `a` for 0 to `p` for 15 and more; row and
/// column 0 stand for anything but a letter, the others for а to я (ё counts as е). From 30 million characters of
/// speeches in the State Duma (CC0).
#[rustfmt::skip]
const PAIRS: [[u8; 33]; 33] = [
    *b"cgfegfhifemehfeedfeffgijfjppppgkh",
    *b"dogeggeffjheefdlgfedjkgfhghpppngg",
    *b"ffkjnleklfpjejgcpefnengookffdlnfg",
    *b"cdniljdpiepgfifdjgfggplmjimneippg",
    *b"fdnjpffppdpjemibmekmfppplmppnplpp",
    *b"fclgigcgkepieiedhffjepkhikplghpnh",
    *b"cjhgfeghgkffeedigeedljhjghipppmjj",
    *b"hchlmdbnpdpgomdjlmjphmpnkppppjnpp",
    *b"ebgehegjmepiheeekgllfppmmppjfjmlg",
    *b"cghfigejfefffeegigfdmifgfjjppppge",
    *b"apnpnhmpoppijjgipodgpnmkghlpppppp",
    *b"ddnhpoghmeplfnjbkfgdfplgpmppooppp",
    *b"fdopjjdgodpifngdopikfpopmppphcpfe",
    *b"cekkopdpodpjihfdhlhoenpnmpopdilph",
    *b"fdnjjhdnkcphppecnlgfgiohkoloehnkf",
    *b"cmfdeefgghfgeeehfeeekiihghkpppiji",
    *b"jeppppepofpkfpichbkjfppiooppilpph",
    *b"gcjhgidgmdpijggcjifgekklkiopfhpkg",
    *b"efkgmienoepeeggefgfcfjimhjpnhgnke",
    *b"ddmepjdplephkjfclefmfonnkpopgdpni",
    *b"cgfefdgeimiffegoffeeonhheggpppoek",
    *b"genpipbpidpnglicoehhgfpmpkppimono",
    *b"bfoikmjpohpmjkgcmfhjhpmpooppppopp",
    *b"feljpncpnbpimomhkkknhpopppppgpppp",
    *b"edpmppcppdphhnelphmcfppppippphppp",
    *b"fdnjppbppcpgeleflllgepoopppppglnp",
    *b"jdppppbppcppppfppjppgppppppppgppp",
    *b"koooooaoooooooooooooooooooooooohc",
    *b"bphfjhdlildjfegphhffppdpignpppppk",
    *b"bphlhifpghpfphcnppdgpjkjmfjppppgg",
    *b"kpmlllponpmegjgojihaognnpmppppnpp",
    *b"blgljdnjgppkikhppggdppkjemdppppip",
    *b"bpifjffifniigfgpljhdppghgihppppgj",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// White space and ASCII punctuation.
    Plain,
    /// An ASCII letter.
    Ascii,
    /// A Russian letter by its number in the alphabet from 1.
    Russian(u8),
    /// A letter of another language in Cyrillic script.
    Cyrillic,
    /// A Latin letter beyond ASCII.
    Latin,
    /// Any other character beyond ASCII.
    Symbol,
}

#[derive(Clone, Copy)]
struct Seen {
    kind: Kind,
    upper: bool,
    /// Whether no word starts behind it.
    closing: bool,
    /// What the character costs by itself, in bits.
    cost: u32,
}

/// The encoding of a text that is neither ASCII nor Unicode; none where it looks like no candidate, or like
/// a Western European one.
pub(super) fn detect(bytes: &[u8], declared: Option<&'static Encoding>) -> Option<&'static Encoding> {
    let pairs = pairs(bytes);
    let rare = |encoding: &'static Encoding| if encoding == X_MAC_CYRILLIC { MAC_HANDICAP } else { 0 };
    let costs = CANDIDATES.map(|encoding| (cost(&pairs, encoding) + rare(encoding), encoding));
    let best = costs.iter().min_by_key(|(cost, _)| *cost)?;
    let declared = costs.iter().find(|(cost, encoding)| {
        Some(*encoding) == declared && *cost <= best.0.saturating_add(DECLARED_BONUS)
    });
    let (cost, encoding) = *declared.unwrap_or(best);
    let counted: u32 = pairs.iter().map(|(_, count)| count).sum();
    let average = cost as f32 / counted.max(1) as f32;
    (average <= DEAREST && encoding != WINDOWS_1252).then_some(encoding)
}

/// The pairs of neighbouring bytes in which one is beyond ASCII, and how often each occurs.
fn pairs(bytes: &[u8]) -> Vec<((u8, u8), u32)> {
    let mut counts = vec![0_u32; 1 << 16];
    let mut sampled = 0;
    let mut before = b' ';
    for &byte in bytes.iter().chain(b" ") {
        if !(before.is_ascii() && byte.is_ascii()) {
            if let Some(count) = counts.get_mut(usize::from(before) << 8 | usize::from(byte)) {
                *count += 1;
            }
            sampled += u32::from(!byte.is_ascii());
            if sampled == SAMPLE {
                break;
            }
        }
        before = byte;
    }
    let seen = (0..=u16::MAX).zip(counts).filter(|(_, count)| *count > 0);
    seen.map(|(pair, count)| ((pair.to_be_bytes()[0], pair.to_be_bytes()[1]), count)).collect()
}

fn cost(pairs: &[((u8, u8), u32)], encoding: &'static Encoding) -> u32 {
    let seen: Vec<Seen> = (0..=u8::MAX).map(|byte| see(byte, encoding)).collect();
    let of = |byte: u8| seen.get(usize::from(byte)).copied().unwrap_or(see(b' ', encoding));
    pairs.iter().map(|((first, second), count)| pair_cost(of(*first), of(*second)) * count).sum()
}

fn pair_cost(first: Seen, second: Seen) -> u32 {
    use Kind::{Ascii, Cyrillic, Latin, Plain, Russian, Symbol};
    let letters = match (first.kind, second.kind) {
        // Abbreviations have pairs of letters that words never have.
        (Russian(a), Russian(b)) if first.upper && second.upper => bits(a, b).min(9),
        (Russian(a), Russian(b)) => bits(a, b),
        (Russian(first), Plain | Symbol) => bits(first, 0),
        (Plain | Symbol, Russian(second)) => bits(0, second),
        (Russian(_) | Cyrillic | Ascii, Latin) | (Latin, Russian(_) | Cyrillic | Latin) => 12,
        (Russian(_) | Cyrillic, Ascii) | (Ascii, Russian(_) | Cyrillic) => 12,
        (Latin, Ascii) => 4,
        (Cyrillic, _) | (_, Cyrillic) => 7,
        (Plain | Symbol, Latin) | (Latin, Plain | Symbol) => 6,
        (Plain, Symbol) | (Symbol, Plain) => 2,
        (Symbol, Symbol) => 4,
        _ => 0,
    };
    // «Latin after ASCII» is how a Western word with an accent looks.
    let letters = if first.kind == Ascii && second.kind == Latin { 4 } else { letters };
    let is_letter = |seen: Seen| !matches!(seen.kind, Plain | Symbol);
    let case = match (first.upper, second.upper) {
        (false, true) if is_letter(first) => 9,
        (true, true) => 2,
        _ => 0,
    };
    let closing = if first.closing && is_letter(second) { 6 } else { 0 };
    letters + case + closing + second.cost
}

fn bits(first: u8, second: u8) -> u32 {
    let row = PAIRS.get(usize::from(first));
    let letter = row.and_then(|row| row.get(usize::from(second))).copied().unwrap_or(b'p');
    u32::from(letter - b'a')
}

fn see(byte: u8, encoding: &'static Encoding) -> Seen {
    let c = match encoding.decode_without_bom_handling(&[byte]).0.chars().next() {
        Some(c) if c != char::REPLACEMENT_CHARACTER => c,
        _ => return Seen { kind: Kind::Symbol, upper: false, closing: false, cost: 14 },
    };
    let lower = c.to_lowercase().next().unwrap_or(c);
    let (kind, cost) = match lower {
        'а'..='я' => (Kind::Russian(u8::try_from(u32::from(lower) - u32::from('а') + 1).unwrap_or(0)), 0),
        'ё' => (Kind::Russian(6), 2),
        'і' | 'ї' | 'є' | 'ґ' | 'ў' => (Kind::Cyrillic, 0),
        // Serbian and Macedonian letters, which other encodings have where Russian has capitals.
        '\u{450}'..='\u{52F}' => (Kind::Cyrillic, 12),
        'a'..='z' => (Kind::Ascii, 0),
        '\u{0}'..='\u{7F}' => (Kind::Plain, 0),
        '«' | '»' | '—' | '–' | '\u{A0}' | '№' | '“' | '”' | '…' | '·' => (Kind::Symbol, 4),
        // Russian has these marks, but seldom.
        '„' | '’' | '‘' | '•' => (Kind::Symbol, 7),
        '\u{80}'..='\u{9F}' => (Kind::Symbol, 14),
        lower if lower.is_alphabetic() => (Kind::Latin, 0),
        _ => (Kind::Symbol, 12),
    };
    Seen {
        kind,
        upper: c != lower,
        closing: matches!(c, '”' | '’' | '»' | '…' | '•' | '·' | '–' | '—'),
        cost,
    }
}
