//! Async clients, with a task of tokio's for each caller.

use std::sync::Arc;

use tokio::runtime::Runtime;

use crate::Fallible;
use crate::client::Callers;
use crate::window::Window;

pub(crate) trait Asynchronous: Send + Sync + 'static {
    /// One call; says how long the session token is.
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

    fn all<F>(&self, count: usize, caller: impl Fn(Arc<C>) -> F) -> Fallible<()>
    where
        F: Future<Output = Fallible<()>> + Send + 'static,
    {
        let spawn = |_| self.runtime.spawn(caller(Arc::clone(&self.client)));
        let tasks: Vec<_> = (0..count).map(spawn).collect();
        self.runtime.block_on(async {
            for task in tasks {
                task.await??;
            }
            Ok(())
        })
    }
}

impl<C: Asynchronous> Callers for Tasks<C> {
    fn in_window(&self, count: usize, window: Window) -> Fallible<Window> {
        let shared = Arc::new(window);
        self.all(count, |client| {
            let window = Arc::clone(&shared);
            async move {
                loop {
                    client.call().await?;
                    if !window.goes_on()? {
                        return Ok(());
                    }
                }
            }
        })?;
        Arc::into_inner(shared).ok_or_else(|| "a caller is left".into())
    }

    fn once(&self, count: usize) -> Fallible<()> {
        self.all(count, |client| async move { client.call().await.map(drop) })
    }
}
