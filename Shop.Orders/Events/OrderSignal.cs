using System.Globalization;

namespace Shop.Orders.Events;

/// <summary>An order is in this state since this version.</summary>
internal readonly record struct OrderSignal(Guid OrderId, long Version, string Status)
{
    /// <summary>Reads the payload of the notification: id, version and state, separated by spaces.</summary>
    public static bool TryParse(string payload, out OrderSignal signal)
    {
        signal = default;
        var parts = payload.Split(' ');
        if (parts.Length != 3 || !Guid.TryParseExact(parts[0], "D", out var id) || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return false;
        }

        signal = new(id, version, parts[2]);
        return true;
    }
}

/// <summary>What a watcher is sent.</summary>
internal sealed record OrderStatusEvent(Guid Id, string Status, long Version);
