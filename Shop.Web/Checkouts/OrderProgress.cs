namespace Shop.Web.Checkouts;

/// <summary>A step of the purchase; <paramref name="State"/> is "done", "now" or "next".</summary>
public sealed record OrderStep(string Name, string State);

/// <summary>How the order page shows a state.</summary>
public static class OrderProgress
{
    private static readonly string[] Path = ["placed", "reserved", "paying", "paid"];
    private static readonly string[] AfterPaid = ["shipped", "delivered", "completed"];

    /// <summary>The way to paid, with the present place; empty for an order that has left it.</summary>
    public static IReadOnlyList<OrderStep> Steps(string status)
    {
        var now = AfterPaid.Contains(status) ? Path.Length : Array.IndexOf(Path, status);
        if (now < 0) return [];
        return [.. Path.Select((name, i) => new OrderStep(name, i < now || name == "paid" && i == now ? "done" : i == now ? "now" : "next"))];
    }

    /// <summary>True while the next state comes by itself, without the customer doing anything.</summary>
    public static bool IsMoving(string status, bool paymentPending) => paymentPending || status is "placed" or "paying";

    /// <summary>True when the page need not watch any more.</summary>
    public static bool IsFinal(string status) => status is not ("placed" or "reserved" or "paying");

    /// <summary>Style of the state: good, bad or neutral.</summary>
    public static string Tone(string status) => status switch
    {
        "paid" or "shipped" or "delivered" or "completed" => "good",
        "cancelled" or "expired" or "refunded" => "bad",
        _ => "neutral",
    };
}
