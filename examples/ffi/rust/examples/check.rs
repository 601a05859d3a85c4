//! What ../../README.md, "The check", asks of each language.
use dnn::{Config, Dataset, Model, Result, Trainer, Workspace};
use std::panic::{catch_unwind, AssertUnwindSafe};

const SAMPLES: usize = 20;
const INPUTS: usize = 3;

fn must_be(is_so: bool, what: &str) {
    println!("{}{what}", if is_so { "" } else { "NOT " });
}

fn make_config(epochs: i32) -> Result<Config> {
    let mut config = Config::new("regressor")?;
    config
        .set("precision", "f64")?
        .set("activation", "tanh")?
        .set("seed", 7)?
        .set("batch_size", 4)?;
    config.set("threads", 1)?.set("epochs", epochs)?;
    Ok(config)
}

fn resident_pages() -> i64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse().unwrap()
}

fn main() -> Result<()> {
    let x: Vec<f64> = (0..SAMPLES * INPUTS)
        .map(|k| ((7 * (k / INPUTS) + 5 * (k % INPUTS)) % 13) as f64 / 13.0)
        .collect();
    let y: Vec<f64> = (0..SAMPLES).map(|i| (5 * i % 11) as f64 / 11.0).collect();
    let layers = [INPUTS as i64, 8, 1];

    let mut model = Model::new(&layers, Some(&make_config(5)?))?;
    let dataset = Dataset::new(&x, INPUTS, &y, 1)?;
    Trainer::new(&mut model, None)?.fit(&dataset, None, |_| true)?;
    let predictions = model.predict(&x)?;
    for (i, prediction) in predictions.iter().take(10).enumerate() {
        println!("prediction {i}: {:016x}", prediction.to_bits());
    }

    model.save("check.dnn")?;
    must_be(
        Model::load("check.dnn")?.predict(&x)? == predictions,
        "a saved and loaded model predicts the same",
    );

    let mut config = make_config(100)?;
    let error = config.set("epochs", "many").map(drop).unwrap_err();
    must_be(error.status == -1, "a wrong value raises:");
    println!("{error}");
    let narrow = Dataset::new(&x[..40], 2, &y, 1)?;
    let mut trainer = Trainer::new(&mut model, Some(&config))?;
    must_be(
        trainer.model().predict(&x[..2]).is_err() && trainer.fit(&narrow, None, |_| true).is_err(),
        "a wrong shape raises",
    );

    let finished = trainer.fit(&dataset, None, |p| p.epoch < 3 || !p.ends_epoch())?;
    must_be(
        !finished && trainer.history().len() == 3,
        "the callback stops after epoch 3",
    );
    std::panic::set_hook(Box::new(|_| {})); // no word of the panic to come
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        trainer.fit(&dataset, None, |_| panic!("from inside"))
    }));
    drop(std::panic::take_hook());
    if panicked.is_ok() {
        must_be(false, "a panic in the callback comes out of fit");
    }

    // What Send and Sync promise: a fit is ended from another thread, and one model predicts in four.
    let canceller = trainer.canceller();
    let cancelled = trainer.fit(&dataset, None, |_| {
        let canceller = canceller.clone();
        std::thread::spawn(move || canceller.cancel()).join().is_ok()
    })?;
    assert!(!cancelled);
    let shared = trainer.model();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut workspace = Workspace::new(shared, SAMPLES).unwrap();
                let mut out = vec![0.0; SAMPLES];
                let expected = shared.predict(&x).unwrap();
                workspace.predict(&x, &mut out).unwrap();
                assert_eq!(out, expected);
            });
        }
    });

    drop(dataset);
    drop(model); // while the canceller still holds the trainer's handle
    canceller.cancel();
    drop(canceller);
    must_be(true, "handles are destroyed in any order");

    let mut before = 0;
    for i in 0..11_000 {
        if i == 1000 {
            before = resident_pages();
        }
        let mut model = Model::new(&layers, Some(&make_config(1)?))?;
        let _dataset = Dataset::new(&x, INPUTS, &y, 1)?;
        let _canceller = Trainer::new(&mut model, None)?.canceller(); // it goes last, and the trainer's handle with it
    }
    must_be(
        resident_pages() - before < 512,
        "10,000 create and destroy do not grow memory",
    );
    Ok(())
}
