//! Trees of every small size against RFC 6962's own recursive words.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const LARGEST: u64 = 140;

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

fn at(index: u64) -> usize {
    usize::try_from(index).expect("small")
}

/// A log that keeps what became complete, as a database would.
struct Kept {
    frontier: Frontier,
    nodes: BTreeMap<Node, Hash>,
}

impl Kept {
    fn of(size: u64) -> Self {
        let mut frontier = Frontier::default();
        let nodes = frontier.extend(leaves(size)).into_iter().collect();
        Self { frontier, nodes }
    }

    fn prove(&self, plan: Option<Plan>) -> Vec<Hash> {
        plan.expect("sizes that fit").hashes(|node| self.nodes.get(&node).copied().ok_or(node)).expect("kept nodes")
    }
}

/// RFC 6962, section 2.1: MTH.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().div_ceil(2).next_power_of_two());
            node_hash(naive_root(left), naive_root(right))
        }
    }
}

/// RFC 6962, section 2.1.1: PATH.
fn naive_inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().div_ceil(2).next_power_of_two());
    let (mut proof, other) = match index.checked_sub(left.len()) {
        None => (naive_inclusion(index, left), naive_root(right)),
        Some(index) => (naive_inclusion(index, right), naive_root(left)),
    };
    proof.push(other);
    proof
}

/// RFC 6962, section 2.1.2: SUBPROOF.
fn naive_consistency(old: usize, leaves: &[Hash], is_whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if is_whole { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let (left, right) = leaves.split_at(leaves.len().div_ceil(2).next_power_of_two());
    let (mut proof, other) = if old <= left.len() {
        (naive_consistency(old, left, is_whole), naive_root(right))
    } else {
        (naive_consistency(old - left.len(), right, false), naive_root(left))
    };
    proof.push(other);
    proof
}

#[test]
fn every_root_is_the_naive_one_however_the_leaves_came() {
    let all = leaves(LARGEST);
    let mut one_by_one = Frontier::default();
    for size in 0..=LARGEST {
        let expected = naive_root(&all[..at(size)]);
        assert_eq!(root(&all[..at(size)]), expected, "{size}");
        assert_eq!(one_by_one.root(), expected, "{size}");
        let kept = Kept::of(size);
        assert_eq!(kept.frontier, one_by_one, "{size}");
        assert_eq!(kept.prove(Some(Plan::root(size))), if size == 0 { vec![] } else { vec![expected] });
        let read = Frontier::read(size, |node| kept.nodes.get(&node).copied().ok_or(node));
        assert_eq!(read, Ok(kept.frontier), "{size}");
        one_by_one.extend(all.get(at(size)).copied());
    }
}

#[test]
fn what_became_complete_comes_after_what_lies_below_it_and_once() {
    let mut frontier = Frontier::default();
    let mut before = BTreeMap::new();
    for (node, hash) in frontier.extend(leaves(LARGEST)) {
        if let Some(below) = node.level.checked_sub(1) {
            let [left, right] = [0, 1].map(|side| before[&Node { level: below, index: 2 * node.index + side }]);
            assert_eq!(hash, node_hash(left, right), "{node:?}");
        }
        assert_eq!(before.insert(node, hash), None, "{node:?}");
    }
    let expected: u64 = (0..8).map(|level| LARGEST >> level).sum();
    assert_eq!(before.len() as u64, expected);
}

#[test]
fn every_proof_of_inclusion_is_the_naive_one_and_holds() {
    for size in 1..=LARGEST {
        let (all, kept) = (leaves(size), Kept::of(size));
        for index in 0..size {
            let proof = kept.prove(Plan::inclusion(index, size));
            assert_eq!(proof, naive_inclusion(at(index), &all), "{index} of {size}");
            let leaf = all[at(index)];
            assert_eq!(verify_inclusion(index, size, leaf, &proof, kept.frontier.root()), Ok(()), "{index} of {size}");
        }
        assert_eq!(Plan::inclusion(size, size), None);
    }
}

#[test]
fn every_proof_of_consistency_is_the_naive_one_and_holds() {
    for new in 1..=LARGEST {
        let (all, kept) = (leaves(new), Kept::of(new));
        for old in 1..=new {
            let proof = kept.prove(Plan::consistency(old, new));
            assert_eq!(proof, naive_consistency(at(old), &all, true), "{old} to {new}");
            let old_root = naive_root(&all[..at(old)]);
            assert_eq!(
                verify_consistency((old, old_root), (new, kept.frontier.root()), &proof),
                Ok(()),
                "{old} to {new}"
            );
        }
        assert_eq!(Plan::consistency(new + 1, new), None);
    }
}

#[test]
fn the_empty_tree_is_the_beginning_of_every_tree() {
    for new in 0..20 {
        let root = naive_root(&leaves(new));
        assert_eq!(Kept::of(new).prove(Plan::consistency(0, new)), []);
        assert_eq!(verify_consistency((0, empty_root()), (new, root), &[]), Ok(()));
        assert_eq!(verify_consistency((0, Hash::ZERO), (new, root), &[]), Err(ProofError::Root));
        let found = verify_consistency((0, empty_root()), (new, root), &[root]);
        assert_eq!(found, Err(ProofError::Length { found: 1, expected: 0 }));
    }
    assert_eq!(verify_consistency((0, empty_root()), (0, Hash::ZERO), &[]), Err(ProofError::Root));
}

#[test]
fn both_roots_have_to_be_those_of_the_proof() {
    for (old, new) in [(3, 8), (4, 8), (6, 7), (1, 2), (5, 5)] {
        let (kept, old_root) = (Kept::of(new), naive_root(&leaves(old)));
        let (new_root, proof) = (kept.frontier.root(), kept.prove(Plan::consistency(old, new)));
        assert_eq!(verify_consistency((old, old_root), (new, new_root), &proof), Ok(()));
        for (old_root, new_root) in [(Hash::ZERO, new_root), (old_root, Hash::ZERO)] {
            assert_eq!(verify_consistency((old, old_root), (new, new_root), &proof), Err(ProofError::Root));
        }
        let longer = [&proof[..], &[new_root]].concat();
        let expected = ProofError::Length { found: longer.len(), expected: proof.len() };
        assert_eq!(verify_consistency((old, old_root), (new, new_root), &longer), Err(expected), "{old} to {new}");
    }
}

#[test]
fn a_smaller_tree_continues_no_larger_one() {
    let root = naive_root(&leaves(3));
    assert_eq!(verify_consistency((3, root), (2, root), &[]), Err(ProofError::Shrunk { old: 3, new: 2 }));
    let found = verify_inclusion(3, 3, root, &[], root);
    assert_eq!(found, Err(ProofError::NoSuchLeaf { index: 3, size: 3 }));
}

#[test]
fn sizes_of_sixty_four_bits_neither_overflow_nor_hang() {
    let proof = vec![Hash::ZERO; 64];
    assert!(verify_inclusion(u64::MAX - 1, u64::MAX, Hash::ZERO, &proof, Hash::ZERO).is_err());
    assert!(verify_consistency((u64::MAX - 1, Hash::ZERO), (u64::MAX, Hash::ZERO), &proof).is_err());
    assert!(verify_consistency((1 << 63, Hash::ZERO), (u64::MAX, Hash::ZERO), &proof).is_err());
    assert_eq!(Plan::inclusion(u64::MAX - 1, u64::MAX).map(|plan| plan.0.len()), Some(63));
    assert_eq!(Plan::consistency(1, u64::MAX).map(|plan| plan.0.len()), Some(64));
}

/// One change to a proof that holds.
#[derive(Clone, Debug)]
enum Change {
    Flip(usize, usize),
    Remove(usize),
    Insert(usize, [u8; 32]),
    Swap(usize, usize),
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..64usize, 0..256usize).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (0..64usize).prop_map(Change::Remove),
        (0..64usize, any::<[u8; 32]>()).prop_map(|(at, hash)| Change::Insert(at, hash)),
        (0..64usize, 0..64usize).prop_map(|(one, other)| Change::Swap(one, other)),
    ]
}

fn changed(mut proof: Vec<Hash>, change: &Change) -> Vec<Hash> {
    let length = proof.len();
    match *change {
        Change::Insert(at, hash) => proof.insert(at % (length + 1), Hash(hash)),
        _ if length == 0 => {}
        Change::Flip(at, bit) => proof[at % length].0[bit / 8] ^= 1 << (bit % 8),
        Change::Remove(at) => drop(proof.remove(at % length)),
        Change::Swap(one, other) => proof.swap(one % length, other % length),
    }
    proof
}

proptest! {
    #[test]
    fn a_changed_proof_of_inclusion_proves_nothing(size in 1..300u64, at in 0..300u64, change in changes()) {
        let (kept, index) = (Kept::of(size), at % size);
        let proof = kept.prove(Plan::inclusion(index, size));
        let altered = changed(proof.clone(), &change);
        prop_assume!(altered != proof);
        let leaf = kept.nodes[&Node { level: 0, index }];
        prop_assert!(verify_inclusion(index, size, leaf, &altered, kept.frontier.root()).is_err());
    }

    #[test]
    fn a_changed_proof_of_consistency_proves_nothing(new in 1..300u64, at in 0..300u64, change in changes()) {
        let (kept, old) = (Kept::of(new), at % (new + 1));
        let proof = kept.prove(Plan::consistency(old, new));
        let altered = changed(proof.clone(), &change);
        prop_assume!(altered != proof);
        let old_root = naive_root(&leaves(old));
        prop_assert!(verify_consistency((old, old_root), (new, kept.frontier.root()), &altered).is_err());
    }

    #[test]
    fn a_proof_of_one_leaf_proves_no_other(size in 2..300u64, at in 0..300u64, other in 0..300u64) {
        let (kept, index, other) = (Kept::of(size), at % size, other % size);
        prop_assume!(index != other);
        let proof = kept.prove(Plan::inclusion(index, size));
        let leaf = kept.nodes[&Node { level: 0, index: other }];
        prop_assert!(verify_inclusion(index, size, leaf, &proof, kept.frontier.root()).is_err());
        let leaf = kept.nodes[&Node { level: 0, index }];
        prop_assert!(verify_inclusion(other, size, leaf, &proof, kept.frontier.root()).is_err());
    }
}
