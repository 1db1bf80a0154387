using System.Text.Json;

namespace Shop.ServiceDefaults.Messaging.WorkQueues;

/// <summary>A queue of jobs of one service: one lane in order, or two of which the first goes before the second.</summary>
/// <param name="Name">Of the broker's queue; lanes and dead letters are named after it.</param>
/// <param name="Lanes">The most urgent first.</param>
/// <param name="Jobs">By wire name, without lane.</param>
/// <param name="Concurrency">Jobs at work at once, per replica.</param>
/// <param name="HighsPerLow">So many jobs may overtake a waiting one of the second lane.</param>
/// <param name="SingleActive">One consumer of all replicas is served; the next takes over when it is gone.</param>
internal sealed record WorkQueue(
    string Name, IReadOnlyList<Lane> Lanes, IReadOnlyDictionary<string, JobType> Jobs, int Concurrency, int HighsPerLow, bool SingleActive)
{
    private const string HighSuffix = ".high";
    private const string LowSuffix = ".low";

    public string DeadQueue => Name + ".dead";

    public IEnumerable<string> Queues => [.. Lanes.Select(lane => lane.Queue), DeadQueue];

    /// <summary>One job at a time and one held at a time: the next one is not even under way before this one is done.</summary>
    public static WorkQueue Fifo(string name, IReadOnlyDictionary<string, JobType> jobs) =>
        new(name, [new Lane(name, "", Prefetch: 1)], jobs, Concurrency: 1, HighsPerLow: 0, SingleActive: true);

    public static WorkQueue Prioritised(string name, IReadOnlyDictionary<string, JobType> jobs, int concurrency, int highsPerLow) => new(
        name,
        // Twice as many are held as are worked on, so that no lane looks empty while an answer is under way.
        [new Lane(name + HighSuffix, HighSuffix, (ushort)(2 * concurrency)), new Lane(name + LowSuffix, LowSuffix, (ushort)(2 * concurrency))],
        jobs, concurrency, highsPerLow, SingleActive: false);

    /// <summary>The wire name under which a job of a type travels to its lane.</summary>
    public static string TypeOf(string type, JobPriority priority) => type + (priority is JobPriority.High ? HighSuffix : LowSuffix);

    /// <summary>The lane for a wire name; null when it is none of this queue's.</summary>
    public Lane? LaneOf(string? type) => Lanes.FirstOrDefault(lane => JobOf(type, lane) is not null);

    /// <summary>Null when this is no job for this queue.</summary>
    public (JobType Type, Envelope Message, object Job)? Read(JobDelivery delivery)
    {
        if (Envelope.Read(delivery.Properties, delivery.Body) is not { } message || JobOf(message.Type, delivery.Lane) is not { } type)
            return null;
        try
        {
            return (type, message with { Attempt = delivery.Attempt }, type.Read(delivery.Body));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private JobType? JobOf(string? type, Lane lane) =>
        type is not null && type.EndsWith(lane.Suffix, StringComparison.Ordinal) ? Jobs.GetValueOrDefault(type[..^lane.Suffix.Length]) : null;
}

/// <summary>One queue of the broker.</summary>
/// <param name="Suffix">Of the wire names that come here.</param>
/// <param name="Prefetch">Jobs that a replica holds unacknowledged.</param>
internal sealed record Lane(string Queue, string Suffix, ushort Prefetch);
