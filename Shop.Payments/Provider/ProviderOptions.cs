namespace Shop.Payments.Provider;

/// <summary>Section <c>Sandbox</c>: what the payment service and the sandbox provider share.</summary>
public sealed class ProviderOptions
{
    /// <summary>HMAC keys. The provider signs with each; one match is enough, so that keys can be rotated.</summary>
    public IReadOnlyList<string> SigningKeys { get; set; } = [];
}
