//! Async clients, with a tokio task for each caller.

use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::Runtime;

use crate::Fallible;
use crate::callers::{Caller, Callers};

pub(crate) trait Asynchronous: Send + Sync + 'static {
    /// Makes one call. Returns the length of the session token.
    fn call(&self) -> impl Future<Output = Fallible<usize>> + Send;
}

pub(crate) struct Tasks<C> {
    client: Arc<C>,
    runtime: Runtime,
}

impl<C: Asynchronous> Tasks<C> {
    pub(crate) fn of(client: C, runtime: Runtime) -> Box<dyn Callers> {
        let client = Arc::new(client);
        Box::new(Self { client, runtime })
    }
}

impl<C: Asynchronous> Callers for Tasks<C> {
    fn run(&self, callers: Vec<Box<dyn Caller>>) -> Fallible<()> {
        let spawn = |caller| self.runtime.spawn(one(Arc::clone(&self.client), caller));
        let tasks: Vec<_> = callers.into_iter().map(spawn).collect();
        self.runtime.block_on(async {
            for task in tasks {
                task.await??;
            }
            Ok(())
        })
    }
}

async fn one<C: Asynchronous>(client: Arc<C>, mut caller: Box<dyn Caller>) -> Fallible<()> {
    let mut last = None;
    while let Some(pause) = caller.next(last)? {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        let start = Instant::now();
        client.call().await?;
        last = Some(start.elapsed());
    }
    Ok(())
}
