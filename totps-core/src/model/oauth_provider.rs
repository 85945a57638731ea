//! The providers of OAuth factors.

macro_rules! oauth_providers {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)+) => {
        /// The provider of an OAuth factor.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum OAuthProvider {
            $($(#[$doc])* $variant,)+
        }

        impl OAuthProvider {
            /// The name as in the keys of factors, such as `git_lab` in `git_lab_oauth_factor`.
            pub fn as_str(&self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

oauth_providers! {
    /// Google.
    Google = "google",
    /// Microsoft.
    Microsoft = "microsoft",
    /// Apple.
    Apple = "apple",
    /// GitHub.
    Github = "github",
    /// Facebook.
    Facebook = "facebook",
    /// Amazon.
    Amazon = "amazon",
    /// Bitbucket.
    Bitbucket = "bitbucket",
    /// Coinbase.
    Coinbase = "coinbase",
    /// Discord.
    Discord = "discord",
    /// Figma.
    Figma = "figma",
    /// GitLab.
    GitLab = "git_lab",
    /// Instagram.
    Instagram = "instagram",
    /// LinkedIn.
    LinkedIn = "linked_in",
    /// Shopify.
    Shopify = "shopify",
    /// Slack.
    Slack = "slack",
    /// Snapchat.
    Snapchat = "snapchat",
    /// Spotify.
    Spotify = "spotify",
    /// Steam.
    Steam = "steam",
    /// TikTok.
    TikTok = "tik_tok",
    /// Twitch.
    Twitch = "twitch",
    /// Twitter.
    Twitter = "twitter",
    /// Salesforce.
    Salesforce = "salesforce",
    /// Yahoo.
    Yahoo = "yahoo",
    /// HubSpot.
    Hubspot = "hubspot",
}
