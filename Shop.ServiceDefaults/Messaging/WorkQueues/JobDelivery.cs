using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Shop.ServiceDefaults.Messaging.WorkQueues;

/// <summary>A job that this replica holds; a copy, as the client reuses the memory of what it delivered.</summary>
internal sealed record JobDelivery(Lane Lane, ulong Tag, IReadOnlyBasicProperties Properties, byte[] Body)
{
    // Counted by quorum queues; absent at the first delivery.
    private const string CountHeader = "x-delivery-count";

    public int Attempt => (int)Math.Clamp(Envelope.Number(Properties.Headers, CountHeader, 0) + 1, 1, int.MaxValue);

    /// <summary>When the job was enqueued, from its UUIDv7; null when it has none.</summary>
    public DateTimeOffset? Enqueued { get; } = Envelope.Read(Properties, Body)?.Written;

    public static JobDelivery Copy(Lane lane, BasicDeliverEventArgs delivery) =>
        new(lane, delivery.DeliveryTag, new BasicProperties(delivery.BasicProperties), delivery.Body.ToArray());
}
