//! The tree against code of others, and against vectors of golang.org/x/mod/sumdb/tlog that come with the crate
//! doubleentry, and of transparency-dev/merkle.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use evidence::hash::Hash;
use evidence::tree::{self, Frontier, Node, Plan};
use serde_json::Value;
use sha2::Sha256;

use crate::vectors::Vector;

/// A log that keeps what became complete.
#[derive(Default)]
struct Kept {
    frontier: Frontier,
    nodes: BTreeMap<Node, Hash>,
}

impl Kept {
    fn append(&mut self, leaf: &[u8]) {
        self.nodes.extend(self.frontier.extend([tree::leaf_hash(leaf)]));
    }

    fn prove(&self, plan: Option<Plan>) -> Vec<Hash> {
        plan.expect("a plan").hashes(|node| self.nodes.get(&node).copied().ok_or(node)).expect("kept nodes")
    }
}

#[test]
fn another_crate_makes_the_same_roots_and_proofs() {
    let (mut theirs, mut ours) = (MemoryBackedTree::<Sha256, Vec<u8>>::new(), Kept::default());
    for size in 1..=100_u64 {
        let leaf = size.to_be_bytes().to_vec();
        ours.append(&leaf);
        theirs.push(leaf);
        assert_eq!(ours.frontier.root().0[..], theirs.root().as_bytes()[..], "{size}");
        let bytes = |proof: Vec<Hash>| proof.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>();
        for index in 0..size {
            let proof = theirs.prove_inclusion(usize::try_from(index).expect("small"));
            assert_eq!(bytes(ours.prove(Plan::inclusion(index, size))), proof.as_bytes(), "{index} of {size}");
        }
        for old in 1..size {
            let proof = theirs.prove_consistency(usize::try_from(size - old).expect("small"));
            assert_eq!(bytes(ours.prove(Plan::consistency(old, size))), proof.as_bytes(), "{old} to {size}");
        }
    }
}

/// The words of a vector's lines, of which the first two are numbers and the others hashes.
fn numbers_and_hashes(line: &str) -> (u64, u64, Vec<Hash>) {
    let mut words = line.split_whitespace();
    let mut number = || words.next().expect("a number").parse().expect("a number");
    let (first, second) = (number(), number());
    (first, second, words.map(|word| Hash::from_base64(word).expect("a hash")).collect())
}

#[test]
fn the_go_library_makes_the_same_roots_and_proofs() {
    let roots: BTreeMap<u64, Hash> = Vector::read("doubleentry/trees/roots.txt")
        .all("root")
        .map(|line| {
            let (size, root) = line.split_once(' ').expect("a size and a root");
            (size.parse().expect("a number"), Hash::from_base64(root).expect("a hash"))
        })
        .collect();
    let (mut log, mut of_size) = (Kept::default(), BTreeMap::from([(0, tree::empty_root())]));
    for number in 0..*roots.keys().max().expect("roots") {
        log.append(format!("leaf-{number}").as_bytes());
        of_size.insert(number + 1, log.frontier.root());
    }
    assert!(roots.len() > 60);
    for (size, root) in &roots {
        assert_eq!(of_size[size], *root, "{size}");
    }
    let inclusion = Vector::read("doubleentry/trees/inclusion.txt");
    for (index, size, proof) in inclusion.all("proof").map(numbers_and_hashes) {
        assert_eq!(log.prove(Plan::inclusion(index, size)), proof, "{index} of {size}");
        let leaf = log.nodes[&Node { level: 0, index }];
        assert_eq!(tree::verify_inclusion(index, size, leaf, &proof, of_size[&size]), Ok(()), "{index} of {size}");
    }
    let consistency = Vector::read("doubleentry/trees/consistency.txt");
    for (old, new, proof) in consistency.all("proof").map(numbers_and_hashes) {
        assert_eq!(log.prove(Plan::consistency(old, new)), proof, "{old} to {new}");
        let verified = tree::verify_consistency((old, of_size[&old]), (new, of_size[&new]), &proof);
        assert_eq!(verified, Ok(()), "{old} to {new}");
    }
    assert!(inclusion.all("proof").count() > 100 && consistency.all("proof").count() > 100);
}

/// A hash of a vector, some of which are of no length that a hash has.
fn hash(value: &Value) -> Option<Hash> {
    STANDARD.decode(value.as_str().expect("a text")).expect("base64").try_into().ok().map(Hash)
}

#[test]
fn proofs_of_transparency_dev_are_judged_as_there() {
    let all = include_str!("../../fixtures/third-party/transparency-dev-merkle.json");
    let all: Value = serde_json::from_str(all).expect("JSON");
    let inclusion = |vector: &Value, number: &dyn Fn(&str) -> u64, proof: &[Hash]| {
        let (leaf, root) = (hash(&vector["leafHash"])?, hash(&vector["root"])?);
        tree::verify_inclusion(number("leafIdx"), number("treeSize"), leaf, proof, root).ok()
    };
    let consistency = |vector: &Value, number: &dyn Fn(&str) -> u64, proof: &[Hash]| {
        let (old, new) = (hash(&vector["root1"])?, hash(&vector["root2"])?);
        tree::verify_consistency((number("size1"), old), (number("size2"), new), proof).ok()
    };
    let mut judged = 0;
    for vector in ["inclusion", "consistency"].iter().flat_map(|kind| all[kind].as_array().expect("a list")) {
        let number = |name: &str| vector[name].as_u64().expect("a number");
        let proof: Option<Vec<Hash>> = vector["proof"].as_array().into_iter().flatten().map(hash).collect();
        let is_of_inclusion = vector.get("leafIdx").is_some();
        let verified = proof.and_then(|proof| {
            if is_of_inclusion { inclusion(vector, &number, &proof) } else { consistency(vector, &number, &proof) }
        });
        assert_eq!(verified.is_none(), vector["wantErr"], "{vector}");
        judged += 1;
    }
    assert_eq!(judged, 17);
}
