use std::io::BufRead;
fn main() {
    let d = rumorph::Dictionary::bundled().unwrap();
    for line in std::io::stdin().lock().lines() {
        let w = line.unwrap();
        println!("== {w}");
        for a in d.analyze(&w) {
            let t = d.ud_tag(a.ud).unwrap();
            let labels: Vec<_> = t.labels().collect();
            println!(
                "  {:.4} {} {} {} {:?} {:?}",
                a.prob,
                a.lemma,
                t.pos(),
                t.feats_string(),
                labels,
                a.source
            );
        }
    }
}
