//! Proofs and pages that nobody makes who tells the truth: each leads to the root that is asked for.

use super::*;

const FIRST: StreamId = StreamId([0; 32]);
const LAST: StreamId = StreamId([0xff; 32]);
const HEAD: Hash = Hash([5; 32]);

fn leaf(stream: StreamId) -> Hash {
    Hash::of(&[&[2], &stream.0, &HEAD.0])
}

fn node(left: Hash, right: Hash) -> Hash {
    Hash::of(&[&[3], &left.0, &right.0])
}

/// A proof with this result, this depth and these elements.
fn proof(result: &[u8], depth: u8, elements: &[Hash]) -> Result<PrefixProof, MapError> {
    let length = u8::try_from(result.len() + 1).expect("short");
    let elements: Vec<u8> = elements.iter().flat_map(|element| element.0).collect();
    let count = u16::try_from(elements.len()).expect("few").to_be_bytes();
    PrefixProof::from_bytes(&[&[length], result, &[depth], &count, &elements].concat())
}

fn other(stream: StreamId) -> Vec<u8> {
    [&[2], &stream.0[..], &HEAD.0].concat()
}

#[track_caller]
fn assert_refused(proof: Result<PrefixProof, MapError>, root: Hash, stream: StreamId, head: Option<Hash>) {
    assert_eq!(proof.and_then(|proof| proof.verify(root, &stream, head)), Err(MapError::Form));
}

#[test]
fn a_stream_does_not_stand_where_it_would_itself() {
    let root = node(leaf(FIRST), leaf(LAST));
    let shown = proof(&other(FIRST), 1, &[leaf(LAST)]);
    assert_eq!(shown.clone().and_then(|proof| proof.verify(root, &StreamId([1; 32]), None)), Ok(()));
    assert_refused(shown, root, FIRST, None);
}

#[test]
fn the_way_to_a_stream_leads_to_no_leaf_of_the_other_side() {
    // A map whose last stream stands on the left.
    let root = node(leaf(LAST), leaf(FIRST));
    assert_refused(proof(&other(LAST), 1, &[leaf(FIRST)]), root, StreamId([1; 32]), None);
}

#[test]
fn a_leaf_stands_no_deeper_than_it_has_to_and_never_at_the_root() {
    let deeper = node(node(leaf(FIRST), Hash::ZERO), leaf(LAST));
    assert_refused(proof(&[1], 2, &[Hash::ZERO, leaf(LAST)]), deeper, FIRST, Some(HEAD));
    assert_refused(proof(&other(FIRST), 2, &[Hash::ZERO, leaf(LAST)]), deeper, StreamId([1; 32]), None);
    assert_refused(proof(&[1], 0, &[]), leaf(FIRST), FIRST, Some(HEAD));
    assert_refused(proof(&other(FIRST), 0, &[]), leaf(FIRST), LAST, None);
}

#[test]
fn nothing_does_not_lie_beside_nothing() {
    let root = node(Hash::ZERO, Hash::ZERO);
    assert_refused(proof(&[3], 1, &[Hash::ZERO]), root, FIRST, None);
    let root = node(root, leaf(LAST));
    assert_refused(proof(&[3], 2, &[Hash::ZERO, leaf(LAST)]), root, FIRST, None);
}

#[test]
fn a_proof_has_as_many_elements_as_bits_lead_to_its_end() {
    let root = node(leaf(FIRST), leaf(LAST));
    for (depth, elements) in [(1, 0), (0, 1), (1, 2), (2, 1)] {
        assert_refused(proof(&[1], depth, &vec![leaf(LAST); elements]), root, FIRST, Some(HEAD));
    }
    let bytes = proof(&[1], 1, &[leaf(LAST)]).expect("a proof").to_bytes();
    for at in [0, 1, 3, 4] {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        assert_eq!(PrefixProof::from_bytes(&changed), Err(MapError::Form), "byte {at}");
    }
    for result in [&[0][..], &[4], &[1, 1], &other(FIRST)[..64], &[&other(FIRST)[..], &[0]].concat(), &[]] {
        assert_eq!(proof(result, 1, &[leaf(LAST)]), Err(MapError::Form));
    }
}

/// A leaf as pages and proofs of updates write it.
fn written(stream: StreamId) -> Vec<u8> {
    [&[1], &stream.0[..], &HEAD.0].concat()
}

fn hidden(hash: Hash) -> Vec<u8> {
    [&[3], &hash.0[..]].concat()
}

#[test]
fn a_page_and_a_proof_of_an_update_have_the_shape_of_a_map() {
    let (first, last) = (written(FIRST), written(LAST));
    let whole = [&[2], &first[..], &last].concat();
    assert!(Map::open(&whole).is_ok() && bytes::pruned_from_bytes(&whole).is_ok());
    for (why, part) in [
        ("a leaf deeper than it has to be", [&[2, 2], &first[..], &[0], &last].concat()),
        ("leaves on the wrong sides", [&[2], &last[..], &first].concat()),
        ("nothing beside nothing", vec![2, 0, 0]),
        ("nothing beside nothing below", [&[2, 2, 0, 0], &last[..]].concat()),
        ("something after the end", [&whole[..], &[0]].concat()),
        ("a leaf at the root", first.clone()),
        ("a hash that stands for nothing", [&[2], &first[..], &hidden(Hash::ZERO)].concat()),
    ] {
        assert_eq!(Map::open(&part).map(|map| map.root()), Err(MapError::Form), "{why}");
        assert_eq!(bytes::pruned_from_bytes(&part).map(|node| node.hash()), Err(MapError::Form), "{why}");
    }
    // In a proof a hash may stand anywhere, in a page at its lower end alone.
    let with_hash = [&[2], &first[..], &hidden(HEAD)].concat();
    assert!(bytes::pruned_from_bytes(&with_hash).is_ok() && Map::open(&with_hash).is_err());
    // Nine levels, of which a page holds eight.
    let deep = [&[2; 9], &hidden(HEAD)[..], &hidden(HEAD), &hidden(HEAD).repeat(8)].concat();
    assert!(bytes::pruned_from_bytes(&deep).is_ok() && Map::open(&deep).is_err());
    let high = [&[2; 8], &hidden(HEAD)[..], &hidden(HEAD), &[0; 7]].concat();
    assert!(Map::open(&high).is_ok());
}
