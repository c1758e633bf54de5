//! Memory while 100 pages and 100 streams read.

use std::thread;
use std::time::Duration;

use crate::calls::call_for;
use crate::process::resident;
use crate::scenarios::Program;

pub(crate) fn run(minutes: u32) {
    let program = Program::start();
    let _clients = program.connect(100, 100);
    println!("| minute | resident memory, MiB |");
    println!("|--:|--:|");
    for minute in 1..=minutes {
        let breakers = &program.breakers;
        let most = thread::scope(|scope| {
            scope.spawn(|| call_for(breakers, Duration::from_secs(60), |_| false));
            let read = (0..6).map(|_| {
                thread::sleep(Duration::from_secs(10));
                resident()
            });
            read.fold(0.0, f64::max)
        });
        println!("| {minute} | {most:.1} |");
    }
}
