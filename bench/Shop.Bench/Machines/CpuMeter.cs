using System.Globalization;

namespace Shop.Bench.Machines;

/// <summary>
/// How many cores the processes of a run use, by role. A role's children count with it, except this program's, which are
/// roles of their own. "others" is what the rest of the machine used: on an idle one nearly nothing.
/// </summary>
public sealed class CpuMeter(IReadOnlyDictionary<string, int> processIds, TimeProvider time)
{
    /// <summary>The role of everything that is not of the run.</summary>
    public const string Others = "others";

    private const double TicksPerSecond = 100; // USER_HZ, the unit of /proc on every Linux of today
    private Dictionary<string, double> _startSeconds = [];
    private long _started;

    public void Start()
    {
        _startSeconds = Seconds();
        _started = time.GetTimestamp();
    }

    /// <summary>Cores used on average since the start; empty when it never started.</summary>
    public IReadOnlyDictionary<string, double> Stop()
    {
        var elapsed = time.GetElapsedTime(_started).TotalSeconds;
        var now = _startSeconds.Count == 0 ? [] : Seconds();
        return now.ToDictionary(role => role.Key, role => Math.Round(Math.Max(0, role.Value - _startSeconds[role.Key]) / elapsed, 2));
    }

    private Dictionary<string, double> Seconds()
    {
        var busy = BusySeconds();
        var all = Directory.GetDirectories("/proc").Select(path => Path.GetFileName(path))
            .Where(name => char.IsAsciiDigit(name[0])).Select(Read).OfType<Entry>().ToDictionary(entry => entry.Id);
        var roles = processIds.ToDictionary(role => role.Key, role => role.Value == Environment.ProcessId ? all[role.Value].Seconds : OfTree(role.Value));
        roles[Others] = busy - OfTree(Environment.ProcessId);
        return roles;

        // With what ended children had used, or a closed database session would take its time along.
        double OfTree(int root) => all.Values.Where(entry => Belongs(entry, root)).Sum(entry => entry.Seconds + entry.OfEnded);

        bool Belongs(Entry entry, int root) =>
            entry.Id == root || (all.TryGetValue(entry.Parent, out var parent) && Belongs(parent, root));
    }

    /// <summary>User, nice, system, interrupts: all but idle and waiting.</summary>
    private static double BusySeconds()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new[] { 1, 2, 3, 6, 7 }.Sum(field => long.Parse(fields[field], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>Null when the process has just ended.</summary>
    private static Entry? Read(string id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            // The name in parentheses may hold anything; the fields after it do not.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new Entry(
                Number(id), Number(fields[1]), (Number(fields[11]) + Number(fields[12])) / TicksPerSecond,
                (Number(fields[13]) + Number(fields[14])) / TicksPerSecond);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <param name="OfEnded">What children had used that have ended since.</param>
    private sealed record Entry(int Id, int Parent, double Seconds, double OfEnded);
}
