using System.Globalization;
using Microsoft.Extensions.Configuration;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>What a service's messaging is made of.</summary>
/// <param name="Queue">Name of the service and of its queue.</param>
/// <param name="Published">Types sent, by CLR type.</param>
/// <param name="Consumed">Types received, by wire name.</param>
internal sealed record MessagingSettings(
    string Queue, IReadOnlyDictionary<Type, PublishedType> Published, IReadOnlyDictionary<string, ConsumedType> Consumed)
{
    /// <summary>After so many tries a message is a dead letter.</summary>
    public const int MaxTries = 5;

    /// <summary>The one exchange of the shop; tests on one broker take one each.</summary>
    public string Exchange { get; init; } = "shop";

    /// <summary>Handlers at work at once, per replica; each holds a database connection.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Messages that a replica holds unacknowledged.</summary>
    public ushort Prefetch { get; init; } = 32;

    /// <summary>Pauses after the first, second, third try; the last one repeats.</summary>
    public IReadOnlyList<TimeSpan> RetryDelays { get; init; } =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)];

    /// <summary>Queues of jobs.</summary>
    public IReadOnlyList<WorkQueue> WorkQueues { get; init; } = [];

    public string DeadQueue => Queue + ".dead";

    /// <summary>Every queue that this service declares.</summary>
    public IEnumerable<string> Queues =>
    [
        .. Consumed.Count > 0 ? RetryDelays.Select(RetryQueue).Append(Queue).Append(DeadQueue) : [],
        .. WorkQueues.SelectMany(queue => queue.Queues),
    ];

    public string RetryQueue(TimeSpan delay) => string.Create(CultureInfo.InvariantCulture, $"{Queue}.retry.{delay.TotalSeconds}s");

    public TimeSpan DelayAfter(int attempt) => RetryDelays[Math.Clamp(attempt - 1, 0, RetryDelays.Count - 1)];

    public bool IsOptional(string type) => Published.Values.Any(p => p.Name == type && p.Optional);

    public static MessagingSettings From(IConfiguration configuration, string applicationName, MessagingBuilder builder)
    {
        var settings = new MessagingSettings(
            configuration["Internal:Name"] ?? applicationName.ToLowerInvariant(), builder.Published, builder.Consumed);
        var section = configuration.GetSection("Messaging");
        return settings with
        {
            WorkQueues = [.. builder.WorkQueues.Select(queue => queue(settings.Queue))],
            Exchange = section[nameof(Exchange)] ?? settings.Exchange,
            Concurrency = section.GetValue(nameof(Concurrency), settings.Concurrency),
            Prefetch = section.GetValue(nameof(Prefetch), settings.Prefetch),
            RetryDelays = section.GetSection(nameof(RetryDelays)).Get<TimeSpan[]>() ?? settings.RetryDelays,
        };
    }
}
