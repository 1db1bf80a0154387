namespace Shop.Payments.Provider;

/// <summary>The payment methods on offer: all of the sandbox provider.</summary>
internal static class SandboxMethods
{
    public const string Normal = "sandbox";
    public const string Decline = "sandbox-decline";
    public const string Slow = "sandbox-slow";
    public const string Repeat = "sandbox-repeat";
    public const string Silent = "sandbox-silent";

    public static readonly IReadOnlyList<string> All = [Normal, Decline, Slow, Repeat, Silent];
}
