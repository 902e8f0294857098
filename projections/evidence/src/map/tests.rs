//! The map against its definition, written without pages.

mod forged;

use proptest::prelude::*;

use super::*;

/// The root of a sorted list, by the words of the definition.
fn naive(list: &[(StreamId, Hash)], depth: usize) -> Hash {
    match list {
        [] => Hash::ZERO,
        [(stream, head)] if depth > 0 => Hash::of(&[&[2], &stream.0, &head.0]),
        _ => {
            let is_left = |stream: &StreamId| stream.0[depth / 8] & (0x80 >> (depth % 8)) == 0;
            let (left, right): (Vec<_>, Vec<_>) = list.iter().partition(|(stream, _)| is_left(stream));
            Hash::of(&[&[3], &naive(&left, depth + 1).0, &naive(&right, depth + 1).0])
        }
    }
}

fn naive_root(heads: &BTreeMap<StreamId, Hash>) -> Hash {
    naive(&heads.iter().map(|(stream, head)| (*stream, *head)).collect::<Vec<_>>(), 0)
}

/// Keys as they are, and keys that share many bits.
fn stream() -> impl Strategy<Value = StreamId> {
    let near = (0..4usize, proptest::collection::vec(any::<bool>(), 32)).prop_map(|(at, ones)| {
        let mut key = [0; 32];
        for (place, one) in ones.into_iter().enumerate().filter(|(place, _)| place % 8 == at) {
            key[place] = u8::from(one);
        }
        StreamId(key)
    });
    prop_oneof![any::<[u8; 32]>().prop_map(StreamId), near]
}

fn heads(sizes: std::ops::Range<usize>) -> impl Strategy<Value = BTreeMap<StreamId, Hash>> {
    let entry = (stream(), any::<[u8; 32]>().prop_map(Hash));
    proptest::collection::vec(entry, sizes).prop_map(|entries| entries.into_iter().collect())
}

fn many(count: u32) -> BTreeMap<StreamId, Hash> {
    let of = |what: &[u8], number: u32| Hash::of(&[what, &number.to_be_bytes()]);
    (0..count).map(|number| (StreamId(of(b"stream", number).0), of(b"head", number))).collect()
}

/// Pages as a database keeps them.
#[derive(Default)]
struct Pages(BTreeMap<Prefix, Vec<u8>>);

impl Pages {
    fn open(&self) -> Map {
        self.0.get(&Prefix::ROOT).map_or_else(Map::default, |page| Map::open(page).expect("a page"))
    }

    /// The map with all that these streams need, and how often and how much was read.
    fn read<'a>(&self, streams: &(impl Iterator<Item = &'a StreamId> + Clone)) -> (Map, usize, usize) {
        let (mut map, mut rounds, mut read) = (self.open(), 0, 0);
        loop {
            let missing = map.missing(streams.clone());
            if missing.is_empty() {
                return (map, rounds, read);
            }
            rounds += 1;
            read += missing.len();
            for prefix in missing {
                map.load(&prefix, &self.0[&prefix]).expect("a page of this map");
            }
        }
    }

    fn write(&mut self, map: &Map, changed: &Changed) {
        let page = |prefix: &Prefix| (prefix.clone(), map.page(prefix).expect("a page"));
        self.0.extend(changed.pages.iter().map(page));
    }

    fn set(&mut self, heads: &BTreeMap<StreamId, Hash>) -> (Hash, u64) {
        let (mut map, ..) = self.read(&heads.keys());
        let changed = map.set(heads).expect("nothing is missing");
        self.write(&map, &changed);
        (map.root(), changed.added)
    }
}

#[test]
fn the_empty_map_is_32_zero_bytes() {
    let mut map = Map::default();
    assert_eq!(map.root(), Hash::ZERO);
    assert_eq!(map.set(&BTreeMap::new()), Ok(Changed::default()));
    assert_eq!(map.head(&StreamId([7; 32])), Ok(None));
    let proof = map.prove(&StreamId([7; 32])).expect("a proof");
    assert_eq!(proof.to_bytes(), [2, 3, 0, 0, 0]);
    assert_eq!(proof.verify(Hash::ZERO, &StreamId([7; 32]), None), Ok(()));
    assert_eq!(proof.verify(Hash([1; 32]), &StreamId([7; 32]), None), Err(MapError::Root));
}

#[test]
fn a_lone_leaf_is_the_roots_child() {
    for (stream, is_right) in [(StreamId([0x7f; 32]), false), (StreamId([0x80; 32]), true)] {
        let mut map = Map::default();
        map.set(&BTreeMap::from([(stream, Hash([5; 32]))])).expect("nothing is missing");
        let leaf = Hash::of(&[&[2], &stream.0, &[5; 32]]);
        let (left, right) = if is_right { (Hash::ZERO, leaf) } else { (leaf, Hash::ZERO) };
        assert_eq!(map.root(), Hash::of(&[&[3], &left.0, &right.0]));
    }
}

#[test]
fn the_maps_of_the_fixture_have_their_roots_and_proofs() {
    let fixture: serde_json::Value = serde_json::from_str(include_str!("../../fixtures/maps.json")).expect("JSON");
    let hash = |value: &serde_json::Value| value.as_str().expect("a text").parse::<Hash>().expect("a hash");
    let bytes = |value: &serde_json::Value| -> Vec<u8> {
        let digits = value.as_str().expect("a text");
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits")).collect()
    };
    let maps = fixture["maps"].as_array().expect("a list");
    assert_eq!(maps.len(), 5);
    for case in maps {
        let streams = case["streams"].as_object().expect("an object");
        let heads: BTreeMap<StreamId, Hash> = streams
            .iter()
            .map(|(stream, head)| (StreamId(stream.parse::<Hash>().expect("a hash").0), hash(head)))
            .collect();
        let map: Map = heads.clone().into_iter().collect();
        assert_eq!(map.root(), hash(&case["root"]));
        for proved in case["proofs"].as_array().expect("a list") {
            let stream = StreamId(hash(&proved["stream"]).0);
            let proof = map.prove(&stream).expect("a proof");
            assert_eq!(proof.to_bytes(), bytes(&proved["proof"]), "{proved}");
            assert_eq!(proof.verify(map.root(), &stream, heads.get(&stream).copied()), Ok(()), "{proved}");
        }
    }
}

#[test]
fn ten_touched_streams_of_a_large_map_are_read_in_few_rounds_and_pages() {
    let (all, mut pages) = (many(20_000), Pages::default());
    assert_eq!(pages.set(&all), (naive_root(&all), 20_000));
    let touched: BTreeMap<StreamId, Hash> = all.keys().step_by(2_000).map(|stream| (*stream, Hash([9; 32]))).collect();
    let (mut map, rounds, read) = pages.read(&touched.keys());
    assert!(rounds <= 2 && read <= 20, "{rounds} rounds, {read} pages");
    let changed = map.set(&touched).expect("nothing is missing");
    assert!(changed.pages.len() <= 21, "{} pages", changed.pages.len());
    let mut expected = all;
    expected.extend(touched);
    assert_eq!(map.root(), naive_root(&expected));
    pages.write(&map, &changed);
    assert_eq!(pages.open().root(), map.root());
}

#[test]
fn a_page_that_is_not_the_one_above_it_is_refused() {
    let mut pages = Pages::default();
    pages.set(&many(2_000));
    let stream = *many(1).keys().next().expect("a stream");
    let prefix = Prefix::new(&stream.0[..1]).expect("a prefix");
    let page = pages.0[&prefix].clone();
    for bit in 0..page.len() * 8 {
        let mut changed = page.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let mut map = pages.open();
        assert!(map.load(&prefix, &changed).is_err(), "bit {bit}");
        assert_eq!(map.head(&stream), Err(MapError::Missing));
        assert!(map.prove(&stream).is_err() && map.prove_all(&BTreeSet::from([stream])).is_err());
        assert_eq!(map.set(&BTreeMap::from([(stream, Hash::ZERO)])), Err(MapError::Missing));
    }
    let mut map = pages.open();
    assert_eq!(map.load(&prefix, &page), Ok(()));
    assert_eq!(map.head(&stream), Ok(many(1).get(&stream).copied()));
    assert_eq!(map.load(&prefix, &page), Err(MapError::Page(prefix)), "it is already there");
    assert!(Map::open(&[0]).is_err() && Map::open(&[]).is_err());
}

#[test]
fn streams_that_share_255_bits_are_in_the_map_and_in_no_proof() {
    let (mut near, mut beside) = ([0; 32], [0; 32]);
    near[31] = 1;
    beside[31] = 2;
    let heads = BTreeMap::from([[0; 32], near, beside].map(|key| (StreamId(key), Hash([3; 32]))));
    let mut pages = Pages::default();
    assert_eq!(pages.set(&heads), (naive_root(&heads), 3));
    let (map, ..) = pages.read(&heads.keys());
    assert_eq!(map.prove(&StreamId(near)), Err(MapError::Depth));
    let proof = map.prove(&StreamId(beside)).expect("a proof");
    assert_eq!(proof.verify(map.root(), &StreamId(beside), Some(Hash([3; 32]))), Ok(()));
}

proptest! {
    #[test]
    fn the_root_depends_on_the_heads_alone(
        first in heads(0..40),
        second in heads(0..40),
        third in heads(0..40),
    ) {
        let (mut pages, mut all) = (Pages::default(), BTreeMap::new());
        for batch in [first, second, third] {
            let before = all.len() as u64;
            all.extend(batch.clone());
            let (root, added) = pages.set(&batch);
            prop_assert_eq!(root, naive_root(&all));
            prop_assert_eq!(before + added, all.len() as u64);
            if !all.is_empty() {
                prop_assert_eq!(pages.open().root(), root);
            }
        }
        let (map, ..) = pages.read(&all.keys());
        for (stream, head) in &all {
            prop_assert_eq!(map.head(stream), Ok(Some(*head)));
        }
    }

    #[test]
    fn a_proof_shows_what_the_map_says_and_nothing_else(all in heads(0..30), stream in stream(), head: [u8; 32]) {
        let map: Map = all.clone().into_iter().collect();
        for stream in all.keys().chain([&stream]) {
            let proof = map.prove(stream).expect("a proof");
            prop_assert_eq!(PrefixProof::from_bytes(&proof.to_bytes()), Ok(proof.clone()));
            let said = all.get(stream).copied();
            prop_assert_eq!(proof.verify(map.root(), stream, said), Ok(()));
            let other = if said.is_some() { None } else { Some(Hash(head)) };
            prop_assert!(proof.verify(map.root(), stream, other).is_err());
            prop_assert!(said == Some(Hash(head)) || proof.verify(map.root(), stream, Some(Hash(head))).is_err());
        }
    }

    #[test]
    fn a_changed_proof_proves_nothing(
        all in heads(1..20),
        at: prop::sample::Index,
        absent in stream(),
        bit: prop::sample::Index,
    ) {
        let map: Map = all.clone().into_iter().collect();
        let present = *all.keys().nth(at.index(all.len())).expect("a stream");
        for stream in [present, absent] {
            let head = all.get(&stream).copied();
            let bytes = map.prove(&stream).expect("a proof").to_bytes();
            let mut changed = bytes.clone();
            changed[bit.index(bytes.len() * 8) / 8] ^= 1 << (bit.index(bytes.len() * 8) % 8);
            let (longer, by_a_hash) = ([&bytes[..], &[0]].concat(), [&bytes[..], &[0; 32]].concat());
            for altered in [&changed[..], &bytes[..bytes.len() - 1], &longer, &by_a_hash] {
                let proof = PrefixProof::from_bytes(altered);
                prop_assert!(proof.and_then(|proof| proof.verify(map.root(), &stream, head)).is_err());
            }
        }
    }

    #[test]
    fn an_update_is_verified_from_the_old_root_and_one_proof(
        all in heads(0..40),
        set in heads(0..20),
        also in proptest::collection::vec((any::<prop::sample::Index>(), any::<[u8; 32]>()), 0..10),
    ) {
        let mut set = set;
        if !all.is_empty() {
            let streams: Vec<_> = all.keys().collect();
            set.extend(also.into_iter().map(|(at, head)| (**at.get(&streams), Hash(head))));
        }
        let mut map: Map = all.clone().into_iter().collect();
        let old_root = map.root();
        let proof = map.prove_all(&set.keys().copied().collect()).expect("a proof");
        let touched: BTreeMap<StreamId, Touched> = set
            .iter()
            .map(|(stream, head)| (*stream, Touched { old: all.get(stream).copied(), new: *head }))
            .collect();
        let before = map.clone();
        let changed = map.set(&set).expect("nothing is missing");
        prop_assert_eq!(verify_update(old_root, &touched, &proof), Ok((map.root(), changed.added)));
        for stream in set.keys() {
            let mut fewer = touched.clone();
            fewer.remove(stream);
            // It may be that the others show the same.
            let own = before.prove_all(&fewer.keys().copied().collect()).expect("a proof");
            let verified = verify_update(old_root, &fewer, &proof);
            prop_assert_eq!(verified.is_ok(), own == proof, "{:?}", verified);
            prop_assert!(verified.is_err() || verified.map(|(root, _)| root) != Ok(map.root()));
            let mut other = touched.clone();
            let old = if all.contains_key(stream) { None } else { Some(Hash::ZERO) };
            other.entry(*stream).and_modify(|heads| heads.old = old);
            prop_assert_eq!(verify_update(old_root, &other, &proof), Err(MapError::Head));
        }
        prop_assert!(verify_update(old_root, &touched, &[&proof[..], &[0]].concat()).is_err());
        prop_assert!(verify_update(old_root, &touched, &proof[..proof.len() - 1]).is_err());
    }

    #[test]
    fn a_changed_proof_of_an_update_is_refused(all in heads(1..30), bit: prop::sample::Index) {
        let map: Map = all.clone().into_iter().collect();
        let set: BTreeMap<StreamId, Touched> = all
            .iter()
            .step_by(3)
            .map(|(stream, head)| (*stream, Touched { old: Some(*head), new: Hash([1; 32]) }))
            .collect();
        let mut proof = map.prove_all(&set.keys().copied().collect()).expect("a proof");
        let bit = bit.index(proof.len() * 8);
        proof[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_update(map.root(), &set, &proof).is_err());
    }

    #[test]
    fn no_bytes_make_a_reader_fall(
        bytes in proptest::collection::vec(0..4u8, 0..200),
        any in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        for bytes in [bytes, any] {
            let _ = (Map::open(&bytes), bytes::pruned_from_bytes(&bytes));
            if let Ok(proof) = PrefixProof::from_bytes(&bytes) {
                prop_assert_eq!(proof.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn a_way_of_any_depth_neither_overflows_nor_falls(levels in 0..2_000usize) {
        let deep = [vec![2; levels], vec![0; levels + 1]].concat();
        prop_assert!(bytes::pruned_from_bytes(&deep).is_err() || levels == 0);
    }
}
