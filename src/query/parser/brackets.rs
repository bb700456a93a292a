//! Keeps the round brackets that group and drops the others.
//!
//! A bracket without a partner, around nothing, or nested more than 64 deep is dropped, but its content stays.
//! This bounds the recursion of all later steps.

use crate::query::{
    diagnostics::Diagnostics,
    limits::MAX_DEPTH,
    token::{Kind, Token},
};

/// Keeps only the brackets that group.
pub(super) fn matched(tokens: Vec<Token>, diagnostics: &mut Diagnostics) -> Vec<Token> {
    let paired = paired(&tokens);
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut depth = 0_usize;
    let mut dropped_close = false;
    for (token, paired) in tokens.into_iter().zip(paired) {
        let orphan = dropped_close && matches!(token.kind, Kind::Boost(_));
        let keep = match token.kind {
            Kind::Open => {
                depth += usize::from(paired);
                paired && depth <= MAX_DEPTH
            }
            Kind::Close => {
                let groups = paired && depth <= MAX_DEPTH;
                depth -= usize::from(paired);
                groups
            }
            // The boost of a group is dropped with its bracket.
            _ => !orphan,
        };
        dropped_close = !keep && token.kind == Kind::Close;
        if keep {
            kept.push(token);
        } else {
            diagnostics.refuse(token.at, "this bracket has no partner, is empty or is nested too deep");
        }
    }
    kept
}

/// For each token, whether it is a bracket with a partner and something between the two.
fn paired(tokens: &[Token]) -> Vec<bool> {
    let mut paired = vec![false; tokens.len()];
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let holds_something = match token.kind {
            Kind::Open => {
                open.push((place, false));
                continue;
            }
            Kind::Close => match open.pop() {
                Some((begin, true)) => {
                    for place in [begin, place] {
                        if let Some(paired) = paired.get_mut(place) {
                            *paired = true;
                        }
                    }
                    true
                }
                Some(_) | None => false,
            },
            _ => true,
        };
        if let (true, Some((_, something))) = (holds_something, open.last_mut()) {
            *something = true;
        }
    }
    paired
}
