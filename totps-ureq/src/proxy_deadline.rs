//! Holds a proxy to the connect timeout.

use ureq::unversioned::transport::{Buffers, NextTimeout, Transport as Connection};
use ureq::{Error, Timeout};

use crate::stream::Deadline;

/// The connection to a proxy.
///
/// While the tunnel is made, ureq grants the whole connect timeout again for each piece of the
/// proxy's answer, so that a proxy that drips could hold a call for ever.
#[derive(Debug)]
pub(crate) struct ProxyDeadline {
    connection: Box<dyn Connection>,
    connected_by: Deadline,
}

impl ProxyDeadline {
    pub(crate) fn new(connection: Box<dyn Connection>, connected_by: Deadline) -> Self {
        Self {
            connection,
            connected_by,
        }
    }

    fn limit(&self, timeout: NextTimeout) -> NextTimeout {
        match timeout.reason {
            Timeout::Connect => self.connected_by.next(Timeout::Connect),
            // The tunnel is made.
            _ => timeout,
        }
    }
}

impl Connection for ProxyDeadline {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.connection.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.connection.transmit_output(amount, self.limit(timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.connection.await_input(self.limit(timeout))
    }

    fn is_open(&mut self) -> bool {
        self.connection.is_open()
    }

    fn is_tls(&self) -> bool {
        self.connection.is_tls()
    }
}
