//! One static for each attribute, for all instances of a generic function.

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, ends, open, run};

#[test]
fn one_site_serves_all_instances_of_a_generic_function() {
    #[circuit_breaker(name = "call_sites.generic_site")]
    fn call<T: Default, const N: usize>() -> Result<[T; N], Error> {
        Ok(std::array::from_fn(|_| T::default()))
    }

    assert_eq!(call::<u8, 2>(), Ok([0, 0]));
    assert_eq!(call::<String, 1>(), Ok([String::new()]));
    assert_eq!(ends("call_sites.generic_site"), "2 success");
    open("call_sites.generic_site");
    assert!(call::<u8, 1>().unwrap_err().is_rejection());
    assert!(call::<(), 3>().unwrap_err().is_rejection());
    assert_eq!(ends("call_sites.generic_site"), "2 success, 2 rejected");
}

#[test]
fn one_site_serves_all_implementors_of_a_trait() {
    trait Job {
        fn value(&self) -> u32;

        #[circuit_breaker(name = "call_sites.trait_site")]
        fn run(&self) -> Result<u32, Error> {
            Ok(self.value())
        }
    }

    impl Job for u8 {
        fn value(&self) -> u32 {
            u32::from(*self)
        }
    }

    impl<T: Job> Job for Vec<T> {
        fn value(&self) -> u32 {
            self.iter().map(Job::value).sum()
        }
    }

    assert_eq!((1_u8.run(), vec![1_u8, 2].run()), (Ok(1), Ok(3)));
    assert_eq!(ends("call_sites.trait_site"), "2 success");
}

#[test]
fn two_functions_of_one_name_share_their_breaker() {
    #[circuit_breaker(name = "call_sites.shared_name")]
    fn first() -> Result<u32, Error> {
        Ok(1)
    }

    #[circuit_breaker(name = "call_sites.shared_name", ignore(Err(_)))]
    async fn second() -> Result<u32, Error> {
        Err(Error::Down)
    }

    assert_eq!(first(), Ok(1));
    assert_eq!(run(second()), Err(Error::Down));
    assert_eq!(ends("call_sites.shared_name"), "1 success, 1 ignored");
    open("call_sites.shared_name");
    assert!(first().is_err() && run(second()).unwrap_err().is_rejection());
    assert_eq!(
        ends("call_sites.shared_name"),
        "1 success, 1 ignored, 2 rejected"
    );
}

#[test]
fn a_breaker_is_registered_before_its_first_call() {
    #[circuit_breaker(name = "call_sites.before_first_call")]
    #[expect(dead_code)]
    fn never_called() -> Result<u32, Error> {
        Ok(1)
    }

    assert_eq!(ends("call_sites.before_first_call"), "nothing");
}
