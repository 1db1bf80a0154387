namespace Shop.Bench.Measuring;

/// <summary>The measured part of a phase, between two time stamps.</summary>
/// <param name="ByStart">A call belongs to it by its start, else by its end.</param>
public readonly record struct Window(long From, long To, bool ByStart)
{
    public bool Counts(long started, long ended)
    {
        var decisive = ByStart ? started : ended;
        return decisive >= From && decisive < To;
    }
}
